import { readFileSync } from 'node:fs';
import { create, createFileRegistry, fromBinary, toBinary, toJson } from '@bufbuild/protobuf';
import type { JsonObject } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_timestamp,
} from '@bufbuild/protobuf/wkt';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFull, encodeMinimal, encodeProtobuf, parseMessage } from './index.ts';
import type { Frame } from './index.ts';
import { fieldNumbers } from './nv-frame.ts';

/** The messages of nv-frame.proto: name, and type, name and number of each field. */
const proto = readFileSync(new URL('nv-frame.proto', import.meta.url), 'utf8');
const messages = [...proto.matchAll(/^message (\w+) \{\n([^}]*)\}/gm)].map(([, name = '', body = '']) => ({
  name,
  fields: [...body.matchAll(/^ {2}(repeated )?([\w.]+) (\w+) = (\d+);$/gm)].map(
    ([, repeated, type = '', field = '', number = '']) => ({
      repeated: repeated !== undefined,
      type,
      field,
      number: Number(number),
    }),
  ),
}));

/** The whole library at work, reflection and all, on the .proto text: what the hand-written reader and writer are held against. */
const registry = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [
      file_google_protobuf_timestamp.proto,
      create(FileDescriptorProtoSchema, {
        name: 'nv-frame.proto',
        package: 'nv',
        syntax: 'proto3',
        dependency: ['google/protobuf/timestamp.proto'],
        messageType: messages.map(({ name, fields }) => ({
          name,
          field: fields.map(({ repeated, type, field, number }) => ({
            name: field,
            jsonName: field,
            number,
            label: repeated ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
            ...(type === 'string'
              ? { type: FieldDescriptorProto_Type.STRING }
              : type === 'float'
                ? { type: FieldDescriptorProto_Type.FLOAT }
                : {
                    type: FieldDescriptorProto_Type.MESSAGE,
                    typeName: type.includes('.') ? `.${type}` : `.nv.${type}`,
                  }),
          })),
        })),
      }),
    ],
  }),
);
function frameDescriptor() {
  const descriptor = registry.getMessage('nv.Frame');
  if (descriptor === undefined) throw new Error('nv-frame.proto has no message Frame');
  return descriptor;
}

const sampleCar = { trackId: '7', label: 'Car', box: { left: 1.5, top: 2, right: 1023, bottom: 4 }, confidence: 0.5 };
const sampleFrame = { sensor: 'cam', timeMs: 1_600_000_000_123, frameNumber: '12', detections: [sampleCar] };
const written = encodeProtobuf(sampleFrame);

test('the field numbers are those of the .proto text', () => {
  const numbers = Object.fromEntries(
    messages.map(({ name, fields }) => [name, Object.fromEntries(fields.map(({ field, number }) => [field, number]))]),
  );
  const { Timestamp, ...ours } = fieldNumbers;
  expect(numbers).toEqual(ours);
  const stamp = registry.getMessage('google.protobuf.Timestamp')?.fields.map(({ name, number }) => [name, number]);
  expect(Object.fromEntries(stamp ?? [])).toEqual(Timestamp);
});

describe('a protobuf frame', () => {
  test('is written as the library writes it from the .proto text', () => {
    const person = { trackId: null, label: 'Person', box: null, confidence: null };
    const message = fromBinary(frameDescriptor(), encodeProtobuf({ ...sampleFrame, detections: [sampleCar, person] }));
    expect(toJson(frameDescriptor(), message, { registry })).toEqual({
      version: '4.0',
      id: '12',
      timestamp: '2020-09-13T12:26:40.123Z',
      sensorId: 'cam',
      objects: [
        { id: '7', bbox: { leftX: 1.5, topY: 2, rightX: 1023, bottomY: 4 }, type: 'Car', confidence: 0.5 },
        { id: '18446744073709551615', type: 'Person', confidence: Math.fround(-0.1) },
      ],
    } satisfies JsonObject);
    expect(toBinary(frameDescriptor(), message)).toEqual(
      encodeProtobuf({ ...sampleFrame, detections: [sampleCar, person] }),
    );
  });

  test('is read back as what was written', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const detections = frame.detections.map(({ trackId, label, box, confidence }) => ({
          trackId,
          label,
          box,
          // Zero is what DeepStream sends for none.
          confidence: confidence === 0 ? null : confidence,
        }));
        expect(parseMessage(encodeProtobuf(frame))).toEqual({
          ok: true,
          frames: [{ schema: 'protobuf', ...frame, detections }],
          droppedNumbers: 0,
          rejected: {},
        });
      }),
    );
  });

  test('is read with fields of later versions in it, in any order', () => {
    const later = (field: number, write: (writer: BinaryWriter) => BinaryWriter) => write(new BinaryWriter()).finish();
    const unknown = [
      later(12, (writer) => writer.tag(12, WireType.LengthDelimited).string('info')),
      later(99, (writer) => writer.tag(99, WireType.Varint).uint64(2n ** 63n)),
      later(98, (writer) => writer.tag(98, WireType.Bit64).double(1)),
      later(97, (writer) =>
        writer.tag(97, WireType.StartGroup).tag(96, WireType.Bit32).float(1).tag(97, WireType.EndGroup),
      ),
      // A known number of another type is an unknown field too.
      later(5, (writer) => writer.tag(5, WireType.Varint).uint32(1)),
    ];
    const bytes = Buffer.concat([written.subarray(0, 5), ...unknown, written.subarray(5), ...unknown]);
    expect(parseMessage(bytes)).toEqual(parseMessage(written));
  });

  test('drops numbers that are none, with a count', () => {
    const box = { left: NaN, top: Infinity, right: 1e300, bottom: 4 };
    const read = parseMessage(encodeProtobuf({ ...sampleFrame, detections: [{ ...sampleCar, box, confidence: 7 }] }));
    expect(read).toMatchObject({
      droppedNumbers: 4,
      frames: [{ detections: [{ trackId: '7', box: null, confidence: null }] }],
    });
    const far = parseMessage(encodeProtobuf({ ...sampleFrame, timeMs: 1e15 }));
    expect(far).toMatchObject({ droppedNumbers: 1, frames: [{ timeMs: null }] });
  });

  test('has empty fields where DeepStream left them out', () => {
    const bare = encodeProtobuf({ sensor: '', timeMs: null, frameNumber: null, detections: [] });
    expect([...bare]).toEqual([10, 3, 52, 46, 48]);
    const empty = { schema: 'protobuf', sensor: '', timeMs: null, frameNumber: null, detections: [] };
    expect(parseMessage(bare)).toMatchObject({ ok: true, frames: [empty] });
    const object = Buffer.concat([bare, Buffer.from([0x2a, 2, 0x12, 0])]);
    expect(parseMessage(object)).toMatchObject({
      frames: [
        {
          detections: [{ trackId: null, label: '', box: { left: 0, top: 0, right: 0, bottom: 0 }, confidence: null }],
        },
      ],
    });
  });

  test('keeps ids beyond 2⁵³ and no carriage return of a label', () => {
    const car = { ...sampleCar, trackId: '18446744073709551614', label: 'Car\r' };
    expect(parseMessage(encodeProtobuf({ ...sampleFrame, detections: [car] }))).toMatchObject({
      frames: [{ detections: [{ trackId: '18446744073709551614', label: 'Car' }] }],
    });
  });
});

describe('what is no protobuf frame', () => {
  const reasonOf = (bytes: Uint8Array | string) => {
    const message = parseMessage(bytes);
    return message.ok ? 'read' : message.reason;
  };

  test('is told from one that was cut off', () => {
    for (let length = 5; length < written.length; length += 1) {
      expect(['truncated', 'read']).toContain(reasonOf(written.subarray(0, length)));
    }
    expect(reasonOf(written.subarray(0, -1))).toBe('truncated');
  });

  test('is refused where it goes on as something else', () => {
    const head = written.subarray(0, 5);
    for (const rest of [[0], [0x2a, 1, 0x12], [0x2a, 1, 0xff], [7], [0x0c], new Array<number>(300).fill(0x0b)]) {
      expect(['protobuf', 'truncated']).toContain(reasonOf(Buffer.concat([head, Buffer.from(rest)])));
    }
    expect(reasonOf(Buffer.concat([head, Buffer.from('{"a":1}')]))).not.toBe('read');
  });

  test('is not guessed at where several stand together or it came as text', () => {
    expect(reasonOf(Buffer.concat([written, written]))).toBe('concatenated');
    expect(reasonOf(Buffer.from(written).toString('utf8'))).toBe('protobuf');
  });

  test('is every JSON message, with any line ends and white space before it', () => {
    const uuid = () => 'u';
    const texts = [
      encodeMinimal(sampleFrame),
      ...encodeFull(sampleFrame, { uuid }),
      '4.0',
      '{}',
      '[]',
      '"a"',
      '1234567890',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.string({ unit: fc.constantFrom('\n', '\t', '\r', ' ') }),
        (text, space) => {
          const read = parseMessage(Buffer.from(space + text));
          expect(read.ok ? read.frames[0]?.schema : read.reason).not.toBe('protobuf');
        },
      ),
    );
  });

  test('neither throws nor hangs, whatever is done to it', () => {
    const runs = Number(process.env['FUZZ_RUNS'] ?? 3000);
    const edit = fc.record({ at: fc.nat(written.length), cut: fc.nat(4), insert: fc.uint8Array({ maxLength: 6 }) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const bytes = edits.reduce<Uint8Array>(
          (all, { at, cut, insert }) => Buffer.concat([all.subarray(0, at), insert, all.subarray(at + cut)]),
          written,
        );
        const read = parseMessage(bytes);
        if (read.ok) for (const frame of read.frames) checkFrame(frame);
        else if (read.detail === '') throw new Error('no detail');
      }),
      { numRuns: runs },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (rest) => {
        const read = parseMessage(Buffer.concat([written.subarray(0, 5), rest]));
        if (read.ok) for (const frame of read.frames) checkFrame(frame);
      }),
      { numRuns: runs },
    );
  });

  test.each<[string, readonly number[]]>([
    ['empty objects', [0x2a, 0]],
    ['objects with empty boxes', [0x2a, 2, 0x12, 0]],
    ['opened groups', [0x63]],
    ['opened and closed groups', [0x63, 0x64]],
    ['unknown fields', [0x78, 1]],
    ['continued varints', [0xff]],
    ['empty stamps', [0x1a, 0]],
  ])('1 MiB of %s takes linear time', (_, unit) => {
    const body = new Uint8Array(1 << 20).map((_byte, i) => unit[i % unit.length] ?? 0);
    const started = performance.now();
    parseMessage(Buffer.concat([written.subarray(0, 5), body]));
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

function checkFrame({ detections, timeMs }: Frame): void {
  if (timeMs !== null && !Number.isSafeInteger(timeMs)) throw new Error(`time ${timeMs}`);
  for (const { box, confidence, trackId } of detections) {
    if (box !== null && !Object.values(box).every(Number.isFinite)) throw new Error('a box without all of its numbers');
    if (confidence !== null && !(confidence > 0 && confidence <= 1)) throw new Error(`confidence ${confidence}`);
    if (trackId === '' || trackId === '-1') throw new Error(`track id "${trackId}"`);
  }
}

const coordinate = fc.float({ noNaN: true, noDefaultInfinity: true });
const text = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((value) => !value.endsWith('\r'));
const frames = fc.record({
  sensor: text,
  timeMs: fc.option(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })),
  frameNumber: fc.option(fc.nat().map(String)),
  detections: fc.array(
    fc.record({
      trackId: fc.option(
        fc.oneof(
          fc.bigInt({ min: 0n, max: 2n ** 64n - 2n }).map(String),
          text.filter((id) => id !== ''),
        ),
      ),
      label: fc.oneof(text, fc.constantFrom('Car', '')),
      box: fc.option(fc.record({ left: coordinate, top: coordinate, right: coordinate, bottom: coordinate })),
      confidence: fc.option(fc.float({ min: 0, max: 1, noNaN: true }).map((value) => value + 0)),
    }),
    { maxLength: 5 },
  ),
});
