import { parse, stringify } from 'ini';
import { expect, test } from 'vitest';
import { ownConfigs } from '../testing/config-corpus.ts';
import { parseKeyFile } from './index.ts';

/**
 * Why DeepStream's files are not read with the package `ini`: DeepStream reads them with GLib's GKeyFile, where a value goes
 * to the end of its line. `ini` reads another language that looks the same.
 */
function keyFile(text: string): (key: string) => string | undefined {
  const parsed = parseKeyFile(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return (key) => parsed.file.get('a', key);
}
const iniValue = (text: string): unknown => (parse(text) as Record<string, Record<string, unknown>>)['a']?.['x'];

test.each([
  ['a list, as of streams or classes', '1;2;3', '1'],
  ['a camera whose password has a #', 'rtsp://user:p#1@10.0.0.4/live', 'rtsp://user:p'],
  ['a string in quotes', '"a b"', 'a b'],
  ['a word', 'true', true],
  ['a backslash before a semicolon', 'a\\;b', 'a;b'],
])('%s is cut or changed', (_, value, misread) => {
  const text = `[a]\nx=${value}\n`;
  expect(keyFile(text)('x')).toBe(value);
  expect(iniValue(text)).toEqual(misread);
});

test('a group whose name has a dot becomes two', () => {
  const text = '[a.b]\nx=1\n';
  const parsed = parseKeyFile(text);
  expect(parsed.ok && parsed.file.get('a.b', 'x')).toBe('1');
  expect(parse(text)).toEqual({ a: { b: { x: '1' } } });
});

test('comments, order and spacing are gone once it is written', () => {
  const text = '# by hand\n[a]\nx = 1\n\n# next\n[b]\ny=2\n';
  const parsed = parseKeyFile(text);
  expect(parsed.ok && parsed.file.toString()).toBe(text);
  expect(stringify(parse(text))).toBe('[a]\nx=1\n\n[b]\ny=2\n');
});

/** What `ini` has for a key: its text, or a list of texts, or nothing. */
function iniText(read: unknown, group: string, key: string): unknown {
  const found = (read as Record<string, Record<string, unknown> | undefined>)[group];
  return found !== undefined && Object.hasOwn(found, key) ? found[key] : undefined;
}

test('in our own configs it loses or changes these values', () => {
  const differing = ownConfigs.configs
    .filter(({ kind }) => kind === 'keyfile')
    .flatMap(({ name, bytes }) => {
      const text = bytes.toString('utf8');
      const parsed = parseKeyFile(text);
      if (!parsed.ok) return [name];
      const { file } = parsed;
      const read: unknown = parse(text);
      return file.groups().flatMap((group) =>
        file
          .keys(group)
          .filter((key) => iniText(read, group, key) !== file.get(group, key))
          .map((key) => `${name} [${group}] ${key}`),
      );
    });
  expect(differing).toMatchInlineSnapshot(`
    [
      "odd/crlf.txt [property] batch-size",
      "odd/duplicates.txt [source0] enable",
      "odd/duplicates.txt [source0] uri",
      "odd/names.txt [Group With Spaces] path",
      "odd/names.txt [Group With Spaces] tail",
      "odd/names.txt [Group With Spaces] many",
      "odd/names.txt [Group With Spaces] true",
      "odd/names.txt [Group With Spaces] None",
      "odd/names.txt [Group With Spaces] __proto__",
      "odd/names.txt [Group With Spaces] a[]",
      "yard/analytics.txt [roi-filtering-stream-0] roi-Spots",
      "yard/analytics.txt [overcrowding-stream-1] roi-OC",
      "yard/analytics.txt [overcrowding-stream-1] class-id",
      "yard/analytics.txt [line-crossing-stream-0] line-crossing-Entry",
      "yard/analytics.txt [line-crossing-stream-0] line-crossing-Exit",
      "yard/analytics.txt [direction-detection-stream-0] direction-South",
      "yard/analytics.txt [direction-detection-stream-0] direction-North",
      "yard/app.txt [source0] uri",
      "yard/app.txt [source1] uri",
      "yard/app.txt [source1] smart-rec-file-prefix",
      "yard/app.txt [message-consumer0] conn-str",
      "yard/app.txt [message-consumer0] subscribe-topic-list",
      "yard/app.txt [osd] text-color",
      "yard/app.txt [osd] text-bg-color",
      "yard/app.txt [osd] clock-color",
      "yard/app.txt [primary-gie] bbox-border-color0",
      "yard/app.txt [primary-gie] bbox-border-color1",
      "yard/app.txt [secondary-gie0] operate-on-class-ids",
      "yard/broker.txt [message-broker] password",
      "yard/broker.txt [message-broker] proto-cfg",
      "yard/infer.txt [property] offsets",
      "yard/infer.txt [property] uff-input-dims",
      "yard/infer.txt [property] output-blob-names",
      "yard/infer.txt [property] filter-out-class-ids",
      "yard/metamux.txt [group-0] src-ids-model-1",
      "yard/msgconv.txt [sensor0] location",
      "yard/msgconv.txt [sensor0] coordinate",
      "yard/msgconv.txt [sensor1] location",
      "yard/msgconv.txt [sensor1] description",
      "yard/msgconv.txt [sensor1] coordinate",
      "yard/msgconv.txt [place0] location",
      "yard/msgconv.txt [place0] coordinate",
      "yard/preprocess.txt [property] network-input-shape",
      "yard/preprocess.txt [group-0] src-ids",
      "yard/preprocess.txt [group-0] roi-params-src-0",
      "yard/preprocess.txt [group-0] roi-params-src-1",
    ]
  `);
});
