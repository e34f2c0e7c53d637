import { checkTwins, composeDesired, type DeploymentDiagnostic } from '@companion/deployment';
import { isJsonObject, type JsonObject, type JsonPath } from '@companion/foundation';
import { layerSection } from './layer-parts.ts';
import type { LayerPart } from './layer-parts.ts';
import { desiredMistakes } from './our-twins.ts';
import type { OurModule } from './our-twins.ts';

/** What a layer says to one of our modules. */
export interface ModuleLayer {
  readonly ours: OurModule;
  /** What the deployment calls the module. */
  readonly module: string;
  readonly parts: readonly LayerPart[];
  /** The desired properties that the layer is put on; undefined where no base deployment was given. */
  readonly base: JsonObject | undefined;
}

/** Checks what the module would get: as it lies on the base where there is one, otherwise by itself, with what it must find there assumed. */
export function checkModuleLayer({ ours, module, parts, base }: ModuleLayer): readonly DeploymentDiagnostic[] {
  const at: JsonPath = ['content', 'modulesContent', module];
  const finding = (severity: 'error' | 'warning', path: JsonPath, message: string) =>
    ({ severity, code: 'TWIN_VALUE', at: { path: [...at, ...path] }, message }) as const;
  const dotted = parts.filter(({ path }) => path.some((name) => name === '' || name.includes('.')));
  if (dotted.length > 0) {
    return dotted.map(({ path }) => finding('error', path, 'a name with a dot can be no key of a twin'));
  }
  const assumed = base === undefined ? assumptions(ours, parts) : { desired: base, notes: [] };
  const gone = parts.filter(({ path, value }) => value === null && base !== undefined && !isThere(base, path));
  const { desired } = composeDesired(layerSection(parts), assumed.desired);
  const path = [...at, 'properties.desired'];
  return [
    ...desiredMistakes(ours, desired).map(({ path: below, message }) =>
      finding('error', ['properties.desired', ...(below === '' ? [] : below.split('.'))], message),
    ),
    ...checkTwins({ sections: [{ name: module, path, value: desired }] }),
    ...gone.map((part) => finding('warning', part.path, 'is taken away, and the base deployment does not have it')),
    ...assumed.notes.map((note) => finding('warning', [], `${note}: --base FILE checks that`)),
  ];
}

/** What the artifacts module needs beside the layer: an artifact for each config that the layer only names. */
function assumptions(ours: OurModule, parts: readonly LayerPart[]): { desired: JsonObject; notes: readonly string[] } {
  if (ours === 'filter') return { desired: {}, notes: [] };
  const stub = { kind: 'config', url: 'https://base.invalid/config', sha256: '0'.repeat(64) };
  const own = new Set(
    parts.filter(({ path, value }) => path[0] === 'artifacts' && value !== null).map(({ path }) => path[1]),
  );
  const named = parts.flatMap(({ path, value }) => {
    if (path[0] !== 'deepstream') return [];
    const file = path[1] === 'edits' && isJsonObject(value) ? value['file'] : path[1] === 'config' ? value : undefined;
    const artifact = typeof file === 'string' ? /^configs\/([^/]+)\//.exec(file)?.[1] : undefined;
    return artifact === undefined || own.has(artifact) ? [] : [artifact];
  });
  const needsConfig = parts.some(
    ({ path, value }) =>
      path[0] === 'deepstream' &&
      (path[1] === 'sources' || (path[1] === 'edits' && isJsonObject(value) && value['file'] === undefined)),
  );
  const hasConfig = parts.some(({ path, value }) => path.join('.') === 'deepstream.config' && value !== null);
  const config = needsConfig && !hasConfig;
  return {
    desired: {
      artifacts: Object.fromEntries([...named, ...(config ? ['base-config'] : [])].map((name) => [name, stub])),
      deepstream: config ? { config: 'configs/base-config/app.txt' } : {},
    },
    notes: [
      ...[...new Set(named)].map((name) => `the base deployment must have an artifact ${name} of kind config`),
      ...(config ? ['the base deployment must have a deepstream.config'] : []),
    ],
  };
}

function isThere(desired: JsonObject, path: readonly string[]): boolean {
  const [first = '', ...rest] = path;
  if (!Object.hasOwn(desired, first)) return false;
  const inner = desired[first];
  return rest.length === 0 || (isJsonObject(inner) && isThere(inner, rest));
}
