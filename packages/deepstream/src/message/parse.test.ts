import { describe, expect, test } from 'vitest';
import { parseMessage } from './parse.ts';
import type { ParsedMessage } from './parse.ts';
import type { Detection } from './frame.ts';

function minimal(objects: readonly unknown[], more: object = {}) {
  return JSON.stringify({
    version: '4.0',
    id: '7',
    '@timestamp': '1970-01-01T00:00:01.000Z',
    sensorId: 'cam',
    objects,
    ...more,
  });
}

function full(object: object, more: object = {}) {
  return JSON.stringify({
    messageid: 'm',
    mdsversion: '1.0',
    '@timestamp': '1970-01-01T00:00:01.000Z',
    place: null,
    sensor: { id: 'cam' },
    analyticsModule: null,
    object,
    event: { id: 'e', type: 'moving' },
    videoPath: '',
    ...more,
  });
}

const wireBox = { topleftx: 1, toplefty: 2, bottomrightx: 3, bottomrighty: 4 };
const readBox = { left: 1, top: 2, right: 3, bottom: 4 };

function framesOf(message: ParsedMessage) {
  if (!message.ok) throw new Error(`${message.reason}: ${message.detail}`);
  return message.frames;
}
function detectionsOf(text: string): readonly Detection[] {
  return framesOf(parseMessage(text)).flatMap((frame) => frame.detections);
}
function reasonOf(input: string | Uint8Array) {
  const message = parseMessage(input);
  return message.ok ? 'read' : message.reason;
}

describe('the minimal schema', () => {
  test.each<[string, Partial<Detection>]>([
    ['5|1|2|3|4|Car', { trackId: '5', label: 'Car', box: readBox, confidence: null }],
    ['-1|1|2|3|4|Car', { trackId: null }],
    ['18446744073709551615|1|2|3|4|Car', { trackId: null }],
    ['18446744073709551614|1|2|3|4|Car', { trackId: '18446744073709551614' }],
    ['-958754206|1|2|3|4|Car', { trackId: '-958754206' }],
    ['e-05|1|2|3|4|Car', { trackId: 'e-05' }],
    ['|1|2|3|4|Car', { trackId: null }],
    ['5|-1.5|2.25|1e+06|4|Car', { box: { left: -1.5, top: 2.25, right: 1e6, bottom: 4 } }],
    ['5|1|2|3|4|', { label: '' }],
    ['5|1|2|3|4|Car\r', { label: 'Car' }],
    ['5|1|2|3|4|Car\r|#|sedan|0.5', { label: 'Car', confidence: 0.5 }],
    ['5|1|2|3|4|Car|#|sedan|Bugatti|M|blue|CA 444|California|0.8', { label: 'Car', confidence: 0.8 }],
    ['5|1|2|3|4|Car|#|sedan|Bugatti|M|blue|CA 444|California|-0.1', { confidence: null }],
    ['5|1|2|3|4|Car|#|||||||0.962743', { confidence: 0.962743 }],
    ['5|1|2|3|4|Car|#|||||||0', { confidence: null }],
    ['5|1|2|3|4|Car|#|||||||-0', { confidence: null }],
    ['5|1|2|3|4|Vehicle|#|sedan|Bugatti|M|blue|CA 444|California|0', { label: 'Vehicle', confidence: null }],
    ['5|1|2|3|4|Car|#|||||||1e-05', { confidence: 1e-5 }],
    ['5|1|2|3|4|Car|#||||||', { confidence: null }],
    ['5|1|2|3|4|Face|#|f|30|b|n|n|n|ann||blue|0.7', { confidence: 0.7 }],
    ['5|1|2|3|4|Product|#|tea|||0.9|#|embedding|-0.09,0.4,0.5|', { confidence: 0.9 }],
    ['5|1|2|3|4|Person|#|m|18|b|n|f|0.25|#|pose3D|nose,1,2,3,0.9|neck,1,2,3,0.8|', { confidence: 0.25 }],
    ['5|1|2|3|4|Person|#|m|18|b|n|f|#|pose2D|nose,1,2,0.9|neck,1,2,0.8||0.75', { confidence: 0.75 }],
    ['5|1|2|3|4|Person|#|m|18|b|n|f|#|pose2D|nose,1,2,0.9||0.75|#|embedding|0.1,0.2|', { confidence: 0.75 }],
    ['5|1|2|3|4|Person|#|m|18|b|n||#|pose2D|nose,1,2,0.9|', { confidence: null }],
    ['5|1|2|3|4|Car|#|||||||0.5#|SV3DT|0.9|1,2|3,4|1,2,3,4|', { confidence: 0.5 }],
    ['5|1|2|3|4|Car|#|||||||0.5|#|embedding|0.1|#|SV3DT|0.9|1,2|3,4||', { confidence: 0.5 }],
    ['5|1|2|3|4|Car|#|sedan|B|M|b|A#1|CA|0.5', { confidence: 0.5 }],
    ['5|1|2|3|4|Car|0.5', { confidence: null }],
  ])('%j', (object, expected) => {
    const [detection] = detectionsOf(minimal([object]));
    expect(detection).toMatchObject({ box: readBox, ...expected });
  });

  test('brings sensor, time and frame number, which is a number up to 6.0 and a string from 6.1 on', () => {
    const frame = { schema: 'minimal', sensor: 'cam', timeMs: 1000, frameNumber: '7', detections: [] };
    expect(parseMessage(minimal([]))).toEqual({ ok: true, frames: [frame], droppedNumbers: 0, rejected: {} });
    expect(framesOf(parseMessage(minimal([], { id: 1440 })))).toMatchObject([{ frameNumber: '1440' }]);
    expect(framesOf(parseMessage(minimal([], { id: 'x', '@timestamp': null, sensorId: null })))).toEqual([
      { ...frame, frameNumber: null, timeMs: null, sensor: '' },
    ]);
    expect(parseMessage(minimal([], { id: 2 ** 60 }))).toMatchObject({
      frames: [{ frameNumber: null }],
      droppedNumbers: 1,
    });
  });

  test('drops and counts numbers that are none', () => {
    const message = parseMessage(minimal(['1|nan|2|-inf|4|Car|#|0.5', '2|1|2|3|4|Car|#|nan', '3|1|2|3|4|Car|#|7']));
    expect(message).toMatchObject({ ok: true, droppedNumbers: 4 });
    expect(framesOf(message)[0]?.detections).toEqual([
      { trackId: '1', label: 'Car', box: null, confidence: 0.5 },
      { trackId: '2', label: 'Car', box: readBox, confidence: null },
      { trackId: '3', label: 'Car', box: readBox, confidence: null },
    ]);
  });

  test('takes dummy objects as nothing and counts entries that are no objects', () => {
    expect(parseMessage(minimal(['', '|#|embedding|0.1|']))).toMatchObject({
      ok: true,
      frames: [{ detections: [] }],
      rejected: {},
    });
    const message = parseMessage(minimal(['1|1|2|3|4|Car', '1|2|3', 'x|1|2|three|4|Car', 5, null]));
    expect(message).toMatchObject({ ok: true, rejected: { 'bad-object': 4 } });
    expect(framesOf(message)[0]?.detections).toHaveLength(1);
    expect(reasonOf(minimal(['||||||']))).toBe('bad-object');
  });
});

describe('the full schema', () => {
  test('brings one object, its label being the name of its member', () => {
    const object = {
      id: '9',
      speed: 0,
      vehicle: { type: 'sedan', confidence: 0.5 },
      bbox: wireBox,
      pose: {},
      embedding: {},
    };
    const detection = { trackId: '9', label: 'vehicle', box: readBox, confidence: 0.5, eventType: 'moving' };
    expect(framesOf(parseMessage(full(object)))).toEqual([
      { schema: 'full', sensor: 'cam', timeMs: 1000, frameNumber: null, detections: [detection] },
    ]);
    expect(detectionsOf(full({ Person: {} }))[0]).toMatchObject({
      label: 'Person',
      confidence: null,
      box: null,
      trackId: null,
    });
    expect(detectionsOf(full({ '': {}, bbox: wireBox }))[0]).toMatchObject({ label: '', box: readBox });
    expect(detectionsOf(full({ bbox: wireBox, location: {}, coordinate: {}, SV3DT: {} }))[0]).toMatchObject({
      label: '',
    });
    expect(detectionsOf('{"sensor":null,"object":{"__proto__":{"confidence":1}}}')[0]).toMatchObject({
      label: '__proto__',
      confidence: 1,
    });
  });

  test('tells an event without a type from one with an empty type, and brings the parking spot', () => {
    expect(detectionsOf(full({}, { event: { id: 'e' } }))[0]).not.toHaveProperty('eventType');
    expect(detectionsOf(full({}, { event: null }))[0]).not.toHaveProperty('eventType');
    expect(detectionsOf(full({}, { event: { id: 'e', type: '' } }))[0]).toHaveProperty('eventType', '');
    expect(detectionsOf(full({}, { place: { parkingSpot: { id: 'P1' } } }))[0]).toHaveProperty('parkingSpot', 'P1');
    expect(detectionsOf(full({}))[0]).not.toHaveProperty('parkingSpot');
  });

  test.each([
    ['the text or number that it takes the place of', { id: {}, bbox: wireBox }, 'id'],
    ['its confidence', { id: '9', speed: { confidence: 0.5 }, bbox: wireBox }, 'speed'],
    ['its place', { id: '9', orientation: 0, pose: {}, bbox: wireBox }, 'pose'],
    ['its place, whatever comes later', { id: '9', orientation: 0, location: { lat: 0 }, bbox: wireBox }, 'location'],
  ])('knows a label that is another member’s name by %s', (_, object, label) => {
    expect(detectionsOf(full(object))[0]).toMatchObject({ label, box: readBox });
  });

  test('keeps no carriage return of a label file with DOS line ends', () => {
    expect(detectionsOf(full({ id: '1', 'Car\r': { confidence: 0.5 } }))[0]).toMatchObject({
      label: 'Car',
      confidence: 0.5,
    });
  });

  test.each(['-9223372036854775808', '9223372036854775807', '-2147483649'])(
    'takes a coordinate of %s for none, and then the object has no box',
    (wrong) => {
      for (const member of Object.keys(wireBox)) {
        const text = full({ id: '1', Car: {}, bbox: { ...wireBox, [member]: 77 } }).replace(':77', `:${wrong}`);
        const message = parseMessage(text);
        expect(message).toMatchObject({
          droppedNumbers: 1,
          frames: [{ detections: [{ label: 'Car', trackId: '1', box: null }] }],
        });
      }
    },
  );

  test('brings no object, but its frame, where it holds the dummy of an empty frame', () => {
    const zeros = { topleftx: 0, toplefty: 0, bottomrightx: 0, bottomrighty: 0 };
    const dummy = {
      id: '0',
      speed: 0,
      direction: 0,
      orientation: 0,
      bbox: zeros,
      location: {},
      coordinate: {},
      pose: {},
    };
    expect(framesOf(parseMessage(full(dummy)))).toEqual([
      { schema: 'full', sensor: 'cam', timeMs: 1000, frameNumber: null, detections: [] },
    ]);
    expect(detectionsOf(full({ ...dummy, id: '1' }))).toHaveLength(1);
    expect(detectionsOf(full({ ...dummy, Car: {} }))).toHaveLength(1);
    expect(detectionsOf(full({ ...dummy, bbox: wireBox }))).toHaveLength(1);
  });

  test('has no sensor where the converter knows none', () => {
    expect(framesOf(parseMessage(full({}, { sensor: null })))).toMatchObject([{ sensor: '' }]);
  });

  test('may hold numbers that are no JSON, as json-glib writes them', () => {
    const text = full({ id: '1', car: { confidence: 7, made: 8, up: 9 }, bbox: wireBox })
      .replace(':7', ':nan.0')
      .replace(':8', ':-inf')
      .replace(':9', ':1e+20.0');
    const message = parseMessage(text);
    expect(message).toMatchObject({
      ok: true,
      droppedNumbers: 1,
      frames: [{ detections: [{ confidence: null, box: readBox }] }],
    });
  });

  test('keeps no id that a number has lost digits of', () => {
    expect(detectionsOf(full({ id: 12 }))[0]?.trackId).toBe('12');
    expect(detectionsOf(full({ id: -1 }))[0]?.trackId).toBeNull();
    expect(parseMessage(full({ id: 2 ** 64 }))).toMatchObject({
      droppedNumbers: 1,
      frames: [{ detections: [{ trackId: null }] }],
    });
  });
});

describe('several messages in one input', () => {
  const a = minimal(['1|1|2|3|4|Car']);
  const b = full({ id: '2', bbox: wireBox });
  const sensors = (input: string | Uint8Array) => framesOf(parseMessage(input)).map((frame) => frame.schema);

  test('are read from arrays, JSON lines, pretty-printed and wrapped JSON', () => {
    const pretty = (text: string) => JSON.stringify(JSON.parse(text), null, 2);
    const both = ['minimal', 'full'];
    expect(sensors(`[${a},${b}]`)).toEqual(both);
    expect(sensors(`${a}\r\n${b}\n\n`)).toEqual(both);
    expect(sensors(`\n${pretty(a)}\n${pretty(b)}`)).toEqual(both);
    expect(sensors(JSON.stringify([a, b]))).toEqual(both);
    expect(sensors(`${JSON.stringify({ metadata: a })}\n${JSON.stringify(b)}\n`)).toEqual(both);
    expect(sensors(JSON.stringify(JSON.stringify(`${a}\n${b}`)))).toEqual(both);
    expect(sensors(new TextEncoder().encode(`\u{feff}${a}`))).toEqual(['minimal']);
    expect(sensors(`\u{feff}${a}`)).toEqual(['minimal']);
    expect(sensors(`${a}\n\0`)).toEqual(['minimal']);
  });

  test('give what is good, with what is bad counted by reason', () => {
    const lines = [
      a,
      'Message sent : {"a":1}',
      '{"a":1}',
      '{"cut":',
      b,
      `${a}${b}`,
      'noise',
      '[[1]]',
      '',
      b.slice(0, 40),
    ];
    expect(parseMessage(lines.join('\n'))).toMatchObject({
      ok: true,
      frames: [{ schema: 'minimal' }],
      rejected: { 'log-line': 1, 'unknown-schema': 2, 'not-json': 2, concatenated: 1, truncated: 1 },
    });
    expect(parseMessage(`[${a},{},7,${b}]`)).toMatchObject({ frames: [{}, {}], rejected: { 'unknown-schema': 2 } });
  });

  test('resume at the line below a message that was cut off', () => {
    expect(parseMessage(`{"version":"4.0","objects":["1|2\n${a}\n{"version":"4.0",\n${b}\n`)).toMatchObject({
      ok: true,
      frames: [{ schema: 'minimal' }, { schema: 'full' }],
      rejected: { 'not-json': 2 },
    });
  });
});

describe('what is no message', () => {
  test.each([
    ['', 'empty'],
    [' \n\0', 'empty'],
    ['[]', 'empty'],
    ['""', 'empty'],
    ['Hello world', 'not-json'],
    ["{'version': '4.0'}", 'not-json'],
    ['{"a":1,}', 'not-json'],
    ['1|2|3|4|5|Car', 'not-json'],
    ['"a"b', 'not-json'],
    ['{"a":"\\x"}', 'not-json'],
    ['{"a":01}', 'not-json'],
    ['{"version":"4.0","objects":["1|2', 'truncated'],
    ['[1,2', 'truncated'],
    ['{"a":"\\u12', 'truncated'],
    ['{"a":tru', 'truncated'],
    ['-', 'truncated'],
    ['1.', 'truncated'],
    ['1e+', 'truncated'],
    ['sent: {"a"', 'truncated'],
    ['sent: {"a":1}', 'log-line'],
    ['{}{}', 'concatenated'],
    ['CUSTOM Schema\0', 'custom-schema'],
    ['null', 'unknown-schema'],
    ['17', 'unknown-schema'],
    ['{"object":[],"sensor":null}', 'unknown-schema'],
    ['{"object":{},"sensor":7}', 'unknown-schema'],
    ['{"objects":[],"sensorId":7}', 'unknown-schema'],
    ['{"objects":"x","sensorId":"7"}', 'unknown-schema'],
    ['{"metadata":{}}', 'unknown-schema'],
    [JSON.stringify(JSON.stringify(JSON.stringify(JSON.stringify(JSON.stringify('{}'))))), 'unknown-schema'],
  ])('%j has the reason %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
    expect(reasonOf(new TextEncoder().encode(text))).toBe(reason);
  });

  test('tells where it went wrong', () => {
    expect(parseMessage('{"a":\n  x}')).toEqual({
      ok: false,
      reason: 'not-json',
      detail: 'no JSON: unexpected "x"',
      offset: 8,
    });
    expect(parseMessage('"{x}"')).toEqual({ ok: false, reason: 'not-json', detail: 'no JSON: unexpected "x"' });
    expect(parseMessage(new Uint8Array([0xff, 0xfe]))).toMatchObject({ reason: 'not-json', offset: 0 });
  });
});

const mib = 1 << 20;
test.each<[string, string]>([
  ['an object of |', minimal(['|'.repeat(mib)])],
  ['an object of ;', minimal([`1|1|2|3|4|Car|#|${';'.repeat(mib)}`])],
  ['sections', minimal([`1|1|2|3|4|Car|#${'|#'.repeat(mib / 2)}`])],
  ['short objects', minimal(Array.from({ length: mib / 3 }, () => '|'))],
  ['|', '|'.repeat(mib)],
  ['[', '['.repeat(mib)],
  ['[ in lines', '[\n'.repeat(mib / 2)],
  ['[ in lines and a letter', `${'[\n'.repeat(mib / 2)}x`],
  ['nested arrays', '['.repeat(mib / 2) + ']'.repeat(mib / 2)],
  ['nested objects', '{"a":'.repeat(mib / 6) + '1' + '}'.repeat(mib / 6)],
  ['glued objects', '{}'.repeat(mib / 2)],
  ['objects in lines', '{}\n'.repeat(mib / 3)],
  ['log lines', 'x{}'.repeat(mib / 3)],
  ['log lines in lines', 'x{\n'.repeat(mib / 3)],
  ['lines of noise', 'x\n'.repeat(mib / 2)],
  ['little strings', `[${'"{",'.repeat(mib / 4)}1]`],
  ['little strings with spaces', '"{" '.repeat(mib / 4)],
  ['open strings', '"'.repeat(mib - 1)],
  ['open objects', '{"'.repeat(mib / 2)],
  ['escapes', `"${'\\"'.repeat(mib / 2)}`],
  ['digits', '1'.repeat(mib)],
  ['odd numbers', `[${'nan,'.repeat(mib / 4)}1]`],
  ['white space', ' '.repeat(mib)],
  ['white space before a letter', `${' '.repeat(mib)}x`],
])('1 MiB of %s takes linear time', (_, text) => {
  const started = performance.now();
  parseMessage(text);
  // Milliseconds to tenths of a second on an idle machine; anything quadratic takes minutes.
  expect(performance.now() - started).toBeLessThan(10_000);
});
