import type { LayerPart } from './layer-parts.ts';

/** So many names a query asks for; a query is a line of text that IoT Hub parses each time. */
const maxNames = 10;

/**
 * Queries over the modules' reported properties, by metric: how many devices of the fleet stand where with what the layer
 * brings. They count only twins that hold the layer's own artifacts or zones, and answers to their newest version.
 */
export function layerMetrics(layer: {
  readonly artifacts: { readonly module: string; readonly parts: readonly LayerPart[] };
  readonly filter: { readonly module: string; readonly parts: readonly LayerPart[] };
}): Readonly<Record<string, string>> {
  return {
    ...(layer.artifacts.parts.length === 0 ? {} : artifactsMetrics(layer.artifacts)),
    ...(layer.filter.parts.length === 0 ? {} : filterMetrics(layer.filter)),
  };
}

function artifactsMetrics({ module, parts }: { readonly module: string; readonly parts: readonly LayerPart[] }) {
  const brought = named('artifacts', parts);
  const scope = brought.map(({ path, value }) => {
    const digest = typeof value === 'object' && value !== null && 'sha256' in value ? value['sha256'] : undefined;
    const at = twinPath('desired', path);
    return typeof digest === 'string' ? `${at}.sha256 = '${digest}'` : `IS_DEFINED(${at})`;
  });
  const state = reported('release', 'state');
  const failures = (code: string): string =>
    anyOf([
      `${reported('problem', 'code')} = '${code}'`,
      `${reported('release', 'error', 'code')} = '${code}'`,
      ...brought.map(({ path }) => `${reported(...path, 'error', 'code')} = '${code}'`),
    ]);
  const query = (...conditions: readonly string[]) => moduleQuery(module, [...scope, ...conditions]);
  const states = (...names: readonly string[]) => `${state} IN [${names.map((name) => `'${name}'`).join(', ')}]`;
  return {
    releaseRunning: query(newest, `${state} = 'running'`),
    releaseOnItsWay: query(states('preparing', 'ready', 'waiting', 'published', 'starting', 'settling')),
    releaseFailed: query(states('failed', 'refused')),
    releaseRolledBack: query(`${state} = 'rolledBack'`),
    artifactsTwinInvalid: query(`${reported('twin')} = 'invalid'`),
    artifactsDiskFull: query(failures('DISK_FULL')),
  };
}

function filterMetrics({ module, parts }: { readonly module: string; readonly parts: readonly LayerPart[] }) {
  const zones = named('zones', parts);
  const scope = zones.map(({ path }) => `IS_DEFINED(${twinPath('desired', path)})`);
  // The module writes names so that edgeHub takes them as keys.
  const rejected = zones.map(
    ({ path: [, name = ''] }) => `IS_DEFINED(${reported('zones', 'rejected', name.replace(/[.$#\s]/g, '_'))})`,
  );
  const inForce = `${reported('zones', 'desiredVersion')} = properties.desired.$version`;
  const query = (...conditions: readonly string[]) => moduleQuery(module, [...scope, ...conditions]);
  return {
    zonesInForce: query(newest, inForce, ...rejected.map((one) => `NOT ${one}`)),
    ...(rejected.length === 0 ? {} : { zonesRejected: query(anyOf(rejected)) }),
    filterTwinRefused: query(newest, inForce.replace(' = ', ' != ')),
    filterNotAnswered: query(anyOf([`NOT IS_DEFINED(${reported('desiredVersion')})`, newest.replace(' = ', ' != ')])),
  };
}

/** The first entries of a map that the layer brings, of those that a query can name. */
function named(map: 'artifacts' | 'zones', parts: readonly LayerPart[]): readonly LayerPart[] {
  return parts
    .filter(({ path: [first, name = ''], value }) => first === map && value !== null && !/[[\]']/.test(name))
    .slice(0, maxNames);
}

const newest = `${reported('desiredVersion')} = properties.desired.$version`;

function moduleQuery(module: string, conditions: readonly string[]): string {
  return `SELECT deviceId FROM devices.modules WHERE ${[`moduleId = '${module}'`, ...conditions].join(' AND ')}`;
}

function anyOf(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] ?? '') : `(${conditions.join(' OR ')})`;
}

/** IoT Hub's query language takes names of other characters than letters, digits and _ in double brackets. */
function twinPath(section: 'desired' | 'reported', path: readonly string[]): string {
  return ['properties', section, ...path.map((name) => (/^[A-Za-z_]\w*$/.test(name) ? name : `[[${name}]]`))].join('.');
}

function reported(...path: readonly string[]): string {
  return twinPath('reported', path);
}
