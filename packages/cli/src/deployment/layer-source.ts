import { isJsonObject, sameJson, type JsonObject } from '@companion/foundation';
import { CliError } from '../command/cli-error.ts';
import { desiredProperties } from '../files/desired-document.ts';
import { readText } from '../files/input.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { artifactOption } from './artifact-option.ts';
import { layerParts } from './layer-parts.ts';
import type { LayerPart } from './layer-parts.ts';

/** What the options of `companion layer` say that a layer holds. */
export interface LayerOptions {
  readonly artifact: readonly string[];
  readonly artifacts: readonly string[];
  readonly zones: readonly string[];
  readonly remove: readonly string[];
}

/** Reads the files and options of a layer: the parts for each of our modules. A part that is given twice, differently, throws a `CliError`. */
export async function readLayerParts(
  options: LayerOptions,
  terminal: Terminal,
): Promise<{ readonly artifacts: readonly LayerPart[]; readonly filter: readonly LayerPart[] }> {
  const artifacts = new PartCollection();
  const filter = new PartCollection();
  for (const path of options.artifacts) {
    const desired = desiredProperties(path, await readText(path, terminal));
    // As `companion pack` prints it, or the map alone.
    artifacts.add(path, looksLike(desired, 'kind') ? { artifacts: desired } : desired);
  }
  for (const text of options.artifact) {
    artifacts.add('--artifact', { artifacts: Object.fromEntries([artifactOption(text)]) });
  }
  for (const path of options.zones) {
    const desired = desiredProperties(path, await readText(path, terminal));
    filter.add(path, looksLike(desired, 'kind') ? { zones: desired } : desired);
  }
  for (const path of options.remove) {
    const [map = '', ...name] = path.split('.');
    const known = name.length > 0 && ['artifacts', 'deepstream', 'policy', 'zones', 'defaults'].includes(map);
    if (!known) {
      throw new CliError(
        'usage',
        `companion layer: --remove ${path}: expected artifacts.NAME, zones.NAME, deepstream.edits.NAME or another path below them`,
      );
    }
    (map === 'zones' || map === 'defaults' ? filter : artifacts).addPart('--remove', {
      path: [map, ...name],
      value: null,
    });
  }
  return { artifacts: artifacts.parts, filter: filter.parts };
}

/** Whether an object is a bare map, each entry with such a member. */
function looksLike(desired: JsonObject, member: string): boolean {
  const entries = Object.values(desired);
  return entries.length > 0 && entries.every((entry) => isJsonObject(entry) && member in entry);
}

/** The parts that a layer has for one module; one that is given twice, differently, is refused with a `CliError`. */
class PartCollection {
  /** By path, each with the file or option that it comes from. */
  readonly #found = new Map<string, { readonly from: string; readonly part: LayerPart }>();

  get parts(): readonly LayerPart[] {
    return [...this.#found.values()].map(({ part }) => part);
  }

  add(from: string, desired: JsonObject): void {
    for (const part of layerParts(desired)) this.addPart(from, part);
  }

  addPart(from: string, part: LayerPart): void {
    const key = part.path.join('.');
    const before = this.#found.get(key);
    if (before !== undefined && !sameJson(before.part.value, part.value)) {
      throw new CliError('usage', `companion layer: ${key} is given twice, by ${before.from} and by ${from}`);
    }
    this.#found.set(key, { from, part });
  }
}
