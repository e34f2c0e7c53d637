import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkRelease } from './preflight.ts';

const app = `[application]
[source0]
enable=1
type=3
uri=file:///opt/a.mp4
[streammux]
batch-size=1
[sink0]
enable=1
type=1
[primary-gie]
enable=1
batch-size=1
config-file=infer.txt
`;

let volume: string;
beforeEach(() => {
  volume = mkdtempSync(join(tmpdir(), 'limits-'));
  mkdirSync(join(volume, 'r/configs/c'), { recursive: true });
});
afterEach(() => rmSync(volume, { recursive: true, force: true }));

test('a config that names a model of 700 MB as label file is refused with file and line, at once and in little memory', () => {
  const folder = join(volume, 'r/configs/c');
  writeFileSync(join(folder, 'app.txt'), app);
  writeFileSync(
    join(folder, 'infer.txt'),
    '[property]\nonnx-file=m.onnx\nnum-detected-classes=2\nlabelfile-path=m.onnx\n',
  );
  writeFileSync(join(folder, 'm.onnx'), '');
  truncateSync(join(folder, 'm.onnx'), 700_000_000);
  const before = { ms: performance.now(), bytes: process.memoryUsage().rss };
  let caught: unknown;
  try {
    checkRelease(join(volume, 'r'), 'configs/c/app.txt', volume);
  } catch (error) {
    caught = error;
  }
  expect(caught).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(
      /^configs\/c\/infer.txt:4: \[property\] labelfile-path: .*m.onnx has 700000000 bytes, and a text file may have 4194304/,
    ) as string,
  });
  expect(performance.now() - before.ms).toBeLessThan(2000);
  expect(process.memoryUsage().rss - before.bytes).toBeLessThan(100_000_000);
});
