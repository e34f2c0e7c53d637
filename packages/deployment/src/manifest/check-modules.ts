import { maxCreateOptionsPieces, parseCreateOptions } from '../create-options/create-options.ts';
import type { CreateOptionsProblem } from '../create-options/create-options.ts';
import type { DeploymentOutline, Placed } from './deployment-outline.ts';
import type { DeploymentFinding } from './finding.ts';
import { hostPorts, hostPortsCollide } from '../create-options/host-port.ts';
import type { HostPort } from '../create-options/host-port.ts';
import { parseImageName } from './image-name.ts';
import type { JsonObject } from '../json/json.ts';
import { isJsonObject } from '../template/template.ts';

// The name becomes a key of a twin, which takes no dot, and the name of a container, for which Docker has this rule.
const moduleName = /^[A-Za-z0-9][A-Za-z0-9_-]{1,127}$/;
const reservedNames: ReadonlySet<string> = new Set(['edgeAgent', 'edgeHub']);
/** Releases of edgeAgent and edgeHub that lose MQTT connections of modules: Azure/iotedge issue 7547, mended by 7539. */
const badRuntime: ReadonlySet<string> = new Set(['1.6.0', '1.6.1']);

/** Checks names, images and createOptions of all modules, and whether they want the same ports of the host. */
export function checkModules({ modules, systemModules }: DeploymentOutline): readonly DeploymentFinding[] {
  return [
    ...modules.flatMap(checkName),
    ...[...systemModules, ...modules].flatMap(checkImage),
    ...systemModules.flatMap(checkRuntimeVersion),
    // Those of the other modules are read with the document.
    ...systemModules.flatMap(checkOptions),
    ...checkPorts([...systemModules, ...modules]),
  ];
}

/** Counts the pieces of createOptions in a finished manifest; `readDeploymentDocument` measures without blanks. */
export function checkPieces({ modules, systemModules }: DeploymentOutline): readonly DeploymentFinding[] {
  return [...systemModules, ...modules].flatMap(({ path, value }) => {
    const count = Object.keys(settingsOf(value)).filter((key) => /^createOptions(?:\d\d+)?$/.test(key)).length;
    if (count <= maxCreateOptionsPieces) return [];
    const reason = `takes ${count} pieces, and a deployment holds ${maxCreateOptionsPieces}: write it as an object, or shorter`;
    return [{ severity: 'error', code: 'CREATE_OPTIONS', path: [...path, 'settings', 'createOptions'], reason }];
  });
}

function checkName({ name, path }: Placed<JsonObject>): readonly DeploymentFinding[] {
  const error = (reason: string) => [{ severity: 'error', code: 'MODULE_NAME', path, reason }] as const;
  if (reservedNames.has(name)) return error('is the name of a system module; choose another');
  if (moduleName.test(name)) return [];
  return error('no twin key and no container can have this name: take letters, digits, _ and -, 2 to 128 of them');
}

function checkImage({ path, value }: Placed<JsonObject>): readonly DeploymentFinding[] {
  const text = settingsOf(value)['image'];
  if (typeof text !== 'string' || text === '' || text.includes('${')) return [];
  const at = [...path, 'settings', 'image'];
  const error = (reason: string) => [{ severity: 'error', code: 'IMAGE', path: at, reason }] as const;
  const image = parseImageName(text);
  if (image === undefined)
    return error(`${JSON.stringify(text)} is no name of an image: registry/path:tag, lower case`);
  if (image.digest !== undefined) return [];
  const why = 'so that every device runs the same, and a new version is a change of the manifest';
  if (image.tag === undefined) return error(`${text} has no tag, which means "latest": name a version, ${why}`);
  return image.tag === 'latest' ? error(`${text} is another image tomorrow: name a version, ${why}`) : [];
}

function checkRuntimeVersion({ path, value }: Placed<JsonObject>): readonly DeploymentFinding[] {
  const text = settingsOf(value)['image'];
  const tag = typeof text === 'string' ? parseImageName(text)?.tag : undefined;
  const version = /^\d+\.\d+\.\d+/.exec(tag ?? '')?.[0];
  if (version === undefined || !badRuntime.has(version)) return [];
  const reason = `${version} loses modules' MQTT connections (Azure/iotedge issue 7547): take 1.5.44, or a release with the fix (pull request 7539)`;
  return [{ severity: 'warning', code: 'RUNTIME_VERSION', path: [...path, 'settings', 'image'], reason }];
}

function checkOptions({ path, value }: Placed<JsonObject>): readonly DeploymentFinding[] {
  const parsed = parseCreateOptions(settingsOf(value));
  const problems: readonly CreateOptionsProblem[] = parsed.ok ? [] : parsed.problems;
  return problems.map(({ path: below, reason }) => ({
    severity: 'error',
    code: 'CREATE_OPTIONS',
    path: [...path, 'settings', ...below],
    reason,
  }));
}

function checkPorts(modules: readonly Placed<JsonObject>[]): readonly DeploymentFinding[] {
  const taken: (HostPort & { readonly name: string })[] = [];
  const findings: DeploymentFinding[] = [];
  for (const { name, path, value } of modules) {
    const options = parseCreateOptions(settingsOf(value));
    if (!options.ok) continue;
    for (const port of hostPorts(options.options)) {
      const other = taken.find((one) => hostPortsCollide(one, port));
      if (other !== undefined) {
        const shown = port.first === port.last ? String(port.first) : `${port.first}-${port.last}`;
        const whose = other.name === name ? 'this module already' : `module ${other.name} already`;
        const at = [...path, 'settings', 'createOptions', 'HostConfig', 'PortBindings', port.container];
        const reason = `the host's port ${shown} is bound by ${whose}, and only one can have it: choose another HostPort`;
        findings.push({ severity: 'error', code: 'HOST_PORT', path: at, reason });
      }
      taken.push({ ...port, name });
    }
  }
  return findings;
}

function settingsOf(module: JsonObject): JsonObject {
  const settings = module['settings'];
  return isJsonObject(settings) ? settings : {};
}
