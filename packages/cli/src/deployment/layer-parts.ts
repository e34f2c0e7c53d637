import { desiredMember } from '@companion/deployment';
import { isJsonObject, type JsonObject, type JsonValue } from '@companion/foundation';

/** A property that a layer sets, by its path below the desired properties; null takes it away. */
export interface LayerPart {
  readonly path: readonly string[];
  readonly value: JsonValue;
}

// How deep a property of one module lies on its own: whatever several layers may contribute to must not be one value.
const maps: ReadonlySet<string> = new Set(['artifacts', 'zones', 'deepstream.edits', 'deepstream.activate']);
const groups: ReadonlySet<string> = new Set(['deepstream', 'policy', 'defaults']);

/**
 * Cuts desired properties into the parts that a layer sets one by one: each artifact, zone and edit by its name, each
 * setting by itself. So a layer replaces what it names and leaves alone what other layers say.
 */
export function layerParts(desired: JsonObject): readonly LayerPart[] {
  const cut = (value: JsonValue, path: readonly string[]): readonly LayerPart[] => {
    const place = path.join('.');
    if (isJsonObject(value) && (path.length === 0 || maps.has(place) || groups.has(place))) {
      return Object.entries(value).flatMap(([key, inner]) => cut(inner, [...path, key]));
    }
    return [{ path, value }];
  };
  return cut(desired, []);
}

/** The section of a module in a layered deployment: a `properties.desired.<path>` for each part, never plain `properties.desired`. */
export function layerSection(parts: readonly LayerPart[]): JsonObject {
  return Object.fromEntries(parts.map(({ path, value }) => [[desiredMember, ...path].join('.'), value]));
}
