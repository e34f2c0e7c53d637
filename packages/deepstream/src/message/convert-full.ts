import type { ConvertedFrame, ConvertedObject, Converter } from './converter.ts';
import { untrackedOf } from './convert-minimal.ts';
import type { AnalyticsDescription, PlaceDescription, SensorDescription, Triple } from './descriptions.ts';
import { printJson, type Double, type GlibJson } from './json-glib.ts';
import { kindNames } from './object-kind.ts';
import { formatTimestamp } from './timestamp.ts';

type Members = Record<string, GlibJson>;

/** The full schema: one message an object; null for a group that the converter's config does not have. */
export function convertFull(frame: ConvertedFrame, converter: Converter): string[] {
  const { descriptions, uuid } = converter;
  const place = descriptions?.places.get(frame.number);
  const sensor = descriptions?.sensors.get(frame.number);
  const analytics = descriptions?.analytics.get(frame.number);
  return frame.objects.map((object) =>
    printJson({
      messageid: uuid(),
      mdsversion: '1.0',
      '@timestamp': formatTimestamp(frame.timeMs),
      place: place === undefined ? null : printPlace(place, object, converter),
      sensor: sensor === undefined ? null : printSensor(sensor),
      analyticsModule: analytics === undefined ? null : printAnalytics(analytics, object, converter),
      object: printObject(object, converter),
      event: printEvent(object, converter),
      videoPath: '',
    }),
  );
}

function printSensor({ id, type, description, location, coordinate }: SensorDescription): GlibJson {
  return { id, type, description, location: whereOnEarth(location), coordinate: coordinates(coordinate) };
}

function printPlace(description: PlaceDescription, object: ConvertedObject, { path }: Converter): GlibJson {
  const { id, name, type, location, coordinate, subFields } = description;
  const part = path === 'frames' ? subField : partOfPlace(object);
  const members: Members = { id, name, type, location: whereOnEarth(location) };
  if (part === undefined) return members;
  const [first, second, third] = part.fields;
  members[part.name] = {
    [first]: subFields[0],
    [second]: subFields[1],
    [third]: subFields[2],
    coordinate: coordinates(coordinate),
  };
  return members;
}

/** 4.0 also says here how sure the detector was. */
function printAnalytics(
  { id, description, source, version }: AnalyticsDescription,
  { confidence }: ConvertedObject,
  converter: Converter,
): GlibJson {
  const members = { id, description, source, version };
  return converter.version === '4.0' ? { ...members, confidence: double(confidence) } : members;
}

interface PlacePart {
  readonly name: string;
  readonly fields: readonly [string, string, string];
}

const subField: PlacePart = { name: 'place-sub-field', fields: ['id', 'name', 'level'] };
const aisle: PlacePart = { name: 'aisle', fields: ['id', 'name', 'level'] };
const parkingSpot: PlacePart = { name: 'parkingSpot', fields: ['id', 'type', 'level'] };
const entrance: PlacePart = { name: 'entrance', fields: ['name', 'lane', 'level'] };

/** An aisle to drive in, a spot to park on, an entrance to come through; nothing for an event without a word. */
function partOfPlace({ event, kind }: ConvertedObject): PlacePart | undefined {
  switch (event) {
    case 'moving':
    case 'stopped':
      return aisle;
    case 'empty':
    case 'parked':
      return parkingSpot;
    case 'entry':
    case 'exit':
      return kind === 'vehicle' ? aisle : entrance;
    case 'reset':
    case undefined:
      return undefined;
  }
}

function printEvent({ event }: ConvertedObject, { path, uuid }: Converter): GlibJson {
  const id = uuid();
  if (path === 'frames') return { id, type: '' };
  return event === undefined ? { id } : { id, type: event };
}

function printObject(object: ConvertedObject, { version, path }: Converter): GlibJson {
  const { trackId, box } = object;
  const members = new Map<string, GlibJson>([
    ['id', trackId ?? untrackedOf(version)],
    ['speed', double(0)],
    ['direction', double(0)],
    ['orientation', double(0)],
  ]);
  // A label that is a member's name takes that member's place, and loses its own where the member comes later.
  const named = path === 'frames' ? detected(object) : known(object, version);
  if (named !== undefined) members.set(named.name, named.value);
  members.set('bbox', {
    topleftx: wholePixels(box.left),
    toplefty: wholePixels(box.top),
    bottomrightx: wholePixels(box.right),
    bottomrighty: wholePixels(box.bottom),
  });
  const nowhere: Triple = [0, 0, 0];
  members.set('location', path === 'frames' ? {} : whereOnEarth(nowhere));
  members.set('coordinate', path === 'frames' ? {} : coordinates(nowhere));
  if (path === 'events' && version !== '4.0') members.set('pose', {});
  return members;
}

interface Named {
  readonly name: string;
  readonly value: GlibJson;
}

/** With the new API every object is its label and what the detector was sure of. */
function detected({ label, confidence }: ConvertedObject): Named {
  return { name: label ?? '', value: { confidence: double(confidence) } };
}

/** On the event path an unknown kind is its label with nothing in it. */
function known(
  { kind, label, classified, confidence }: ConvertedObject,
  version: Converter['version'],
): Named | undefined {
  const { member } = kindNames[kind];
  if (member !== undefined && (version !== '4.0' || !laterKinds.test(kind))) {
    const blank = (name: string): GlibJson => (classified === true ? null : name === 'age' ? 0 : '');
    const attributes = Object.fromEntries(member.attributes.map((name) => [name, blank(name)]));
    if (member.name === 'product') return { name: member.name, value: attributes };
    return { name: member.name, value: { ...attributes, confidence: double(classified === true ? confidence : 1) } };
  }
  if (kind !== 'unknown' || label === undefined) return undefined;
  return { name: label, value: {} };
}

/** What 4.0's encoder does not know yet. */
const laterKinds = /^product|-extended$/;

function double(value: number): Double {
  return { double: value };
}

function whereOnEarth([lat, lon, alt]: Triple): GlibJson {
  return { lat: double(lat), lon: double(lon), alt: double(alt) };
}

function coordinates([x, y, z]: Triple): GlibJson {
  return { x: double(x), y: double(y), z: double(z) };
}

/** A float as a 64-bit integer; what does not fit, NaN too, becomes the smallest one, as the processor does it. */
function wholePixels(value: number): GlibJson {
  const whole = Math.trunc(Math.fround(value));
  return Math.abs(whole) < 2 ** 63 ? BigInt(whole) : -(2n ** 63n);
}
