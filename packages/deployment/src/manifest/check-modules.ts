import { isJsonObject, type JsonObject } from '@companion/foundation';
import { countPieces, maxPieces } from '../create-options/create-option-pieces.ts';
import { parseCreateOptions } from '../create-options/create-options.ts';
import { hostPorts, hostPortsCollide, type HostPort } from '../create-options/host-port.ts';
import { errorAt, placedBelow, type DeploymentDiagnostic } from '../diagnostic/deployment-diagnostic.ts';
import type { DeploymentOutline, Placed } from './deployment-outline.ts';
import { parseImageName } from './image-name.ts';

// The name becomes a key of a twin, which takes no dot, and the name of a container, for which Docker has this rule.
const moduleName = /^[A-Za-z0-9][A-Za-z0-9_-]{1,127}$/;
const reservedNames: ReadonlySet<string> = new Set(['edgeAgent', 'edgeHub']);
/** Releases of edgeAgent and edgeHub that lose MQTT connections of modules: Azure/iotedge issue 7547, mended by 7539. */
const badRuntime: ReadonlySet<string> = new Set(['1.6.0', '1.6.1']);

/** Checks names, images and createOptions of all modules, and whether they want the same ports of the host. */
export function checkModules({ modules, systemModules }: DeploymentOutline): readonly DeploymentDiagnostic[] {
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
export function checkPieces({ modules, systemModules }: DeploymentOutline): readonly DeploymentDiagnostic[] {
  return [...systemModules, ...modules].flatMap(({ path, value }) => {
    const count = countPieces(settingsOf(value));
    if (count <= maxPieces) return [];
    const message = `takes ${count} pieces, and a deployment holds ${maxPieces}: write it as an object, or shorter`;
    return [errorAt('CREATE_OPTIONS', [...path, 'settings', 'createOptions'], message)];
  });
}

function checkName({ name, path }: Placed<JsonObject>): readonly DeploymentDiagnostic[] {
  if (reservedNames.has(name)) {
    return [errorAt('MODULE_NAME', path, 'is the name of a system module; choose another')];
  }
  if (moduleName.test(name)) return [];
  const message = 'no twin key and no container can have this name: take letters, digits, _ and -, 2 to 128 of them';
  return [errorAt('MODULE_NAME', path, message)];
}

function checkImage({ path, value }: Placed<JsonObject>): readonly DeploymentDiagnostic[] {
  const text = settingsOf(value)['image'];
  if (typeof text !== 'string' || text === '' || text.includes('${')) return [];
  const error = (message: string) => [errorAt('IMAGE', [...path, 'settings', 'image'], message)];
  const image = parseImageName(text);
  if (image === undefined)
    return error(`${JSON.stringify(text)} is no name of an image: registry/path:tag, lower case`);
  if (image.digest !== undefined) return [];
  const why = 'so that every device runs the same, and a new version is a change of the manifest';
  if (image.tag === undefined) return error(`${text} has no tag, which means "latest": name a version, ${why}`);
  return image.tag === 'latest' ? error(`${text} is another image tomorrow: name a version, ${why}`) : [];
}

function checkRuntimeVersion({ path, value }: Placed<JsonObject>): readonly DeploymentDiagnostic[] {
  const text = settingsOf(value)['image'];
  const tag = typeof text === 'string' ? parseImageName(text)?.tag : undefined;
  const version = /^\d+\.\d+\.\d+/.exec(tag ?? '')?.[0];
  if (version === undefined || !badRuntime.has(version)) return [];
  const message = `${version} loses modules' MQTT connections (Azure/iotedge issue 7547): take 1.5.44, or a release with the fix (pull request 7539)`;
  return [{ severity: 'warning', code: 'RUNTIME_VERSION', at: { path: [...path, 'settings', 'image'] }, message }];
}

function checkOptions({ path, value }: Placed<JsonObject>): readonly DeploymentDiagnostic[] {
  const parsed = parseCreateOptions(settingsOf(value));
  return parsed.ok ? [] : placedBelow({ path: [...path, 'settings'] }, parsed.problems);
}

function checkPorts(modules: readonly Placed<JsonObject>[]): readonly DeploymentDiagnostic[] {
  const taken: (HostPort & { readonly name: string })[] = [];
  const found: DeploymentDiagnostic[] = [];
  for (const { name, path, value } of modules) {
    const options = parseCreateOptions(settingsOf(value));
    if (!options.ok) continue;
    for (const port of hostPorts(options.options)) {
      const other = taken.find((one) => hostPortsCollide(one, port));
      if (other !== undefined) {
        const shown = port.first === port.last ? String(port.first) : `${port.first}-${port.last}`;
        const whose = other.name === name ? 'this module already' : `module ${other.name} already`;
        const at = [...path, 'settings', 'createOptions', 'HostConfig', 'PortBindings', port.container];
        const message = `the host's port ${shown} is bound by ${whose}, and only one can have it: choose another HostPort`;
        found.push(errorAt('HOST_PORT', at, message));
      }
      taken.push({ ...port, name });
    }
  }
  return found;
}

function settingsOf(module: JsonObject): JsonObject {
  const settings = module['settings'];
  return isJsonObject(settings) ? settings : {};
}
