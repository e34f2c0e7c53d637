import type {
  AnalyticsDescription,
  Descriptions,
  PlaceDescription,
  SensorDescription,
  Triple,
} from '../message/index.ts';
import type { EncodedSample } from './encoded-samples.ts';

type Json = Record<string, unknown>;

/** JSON as json-glib prints it: `nan.0`, `-inf.0` and `1e+30.0` are numbers to it; they come back as strings. */
export function parseLoosely(text: string): Json {
  const loose = /^(\s+(?:"(?:[^"\\]|\\.)*" : )?)(-?(?:nan|inf)|-?[\d.]+e[+-]\d+)\.0(,?)$/gm;
  return JSON.parse(text.replace(loose, '$1"$2"$3')) as Json;
}

/**
 * The converter configs of samples were not kept. What a config says of a camera is in its payloads of the full schema:
 * of the first that does; all others have to agree with it.
 */
export function describedIn(samples: readonly EncodedSample[]): (cfg: string) => Descriptions | undefined {
  const configs = new Map(
    [...new Set(samples.map(({ cfg }) => cfg))].map((cfg) => [
      cfg,
      cfg === ''
        ? undefined
        : descriptionsOf(samples.filter((sample) => sample.cfg === cfg && sample.schema === 'full')),
    ]),
  );
  return (cfg) => configs.get(cfg);
}

function descriptionsOf(samples: readonly EncodedSample[]): Descriptions {
  const sensors = new Map<number, SensorDescription>();
  const places = new Map<number, PlaceDescription>();
  const analytics = new Map<number, AnalyticsDescription>();
  for (const { b64, sensor: number } of samples) {
    const message = parseLoosely(Buffer.from(b64, 'base64').toString('utf8'));
    const sensor = message['sensor'] as Json | null;
    if (sensor !== null && !sensors.has(number)) sensors.set(number, sensorOf(sensor));
    const place = placeOf(message['place'] as Json | null);
    if (place !== undefined && !places.has(number)) places.set(number, place);
    const module = message['analyticsModule'] as AnalyticsDescription | null;
    if (module !== null && !analytics.has(number)) analytics.set(number, module);
  }
  return { sensors, places, analytics };
}

function sensorOf({ id, type, description, location, coordinate }: Json): SensorDescription {
  return {
    id: String(id),
    type: String(type),
    description: String(description),
    location: tripleOf(location),
    coordinate: tripleOf(coordinate),
  };
}

const placeMembers = new Set(['id', 'name', 'type', 'location']);

/** Undefined also where the event left out the part that tells the coordinate and the sub-fields. */
function placeOf(place: Json | null): PlaceDescription | undefined {
  if (place === null) return undefined;
  const part = Object.entries(place).find(([name]) => !placeMembers.has(name))?.[1] as Json | undefined;
  if (part === undefined) return undefined;
  const { coordinate, ...fields } = part;
  const [first = '', second = '', third = ''] = Object.values(fields).map(String);
  return {
    id: String(place['id']),
    name: String(place['name']),
    type: String(place['type']),
    location: tripleOf(place['location']),
    coordinate: tripleOf(coordinate),
    subFields: [first, second, third],
  };
}

function tripleOf(value: unknown): Triple {
  const infinite: Readonly<Record<string, number>> = { inf: Infinity, '-inf': -Infinity };
  const [first = NaN, second = NaN, third = NaN] = Object.values(value as Json).map(
    (part) => infinite[String(part)] ?? Number(part),
  );
  return [first, second, third];
}
