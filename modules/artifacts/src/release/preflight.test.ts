import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkRelease } from './preflight.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'preflight-'));
  await mkdir(join(root, 'r/configs/c'), { recursive: true });
  await mkdir(join(root, 'r/models/net/folder'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const app = (change: string): string => `[application]
[source0]
enable=1
type=3
uri=file:///opt/nvidia/a.mp4
[streammux]
batch-size=1
${change}
`;
const gie = '[primary-gie]\nenable=1\nbatch-size=1\nconfig-file=';

test.each([
  ['config', `${gie}../../models/net/folder`, 'configs/c/app.txt:11: [primary-gie] config-file: '],
  [
    'engine',
    `${gie}infer.txt\nmodel-engine-file=../../models/net/folder`,
    'configs/c/app.txt:12: [primary-gie] model-engine-file: ',
  ],
  ['model', `${gie}infer.txt`, 'configs/c/infer.txt:2: [property] onnx-file: '],
])('a directory where a %s is meant is CONFIG_INVALID with its line', async (_kind, change, place) => {
  await writeFile(join(root, 'r/configs/c/app.txt'), app(change));
  await writeFile(join(root, 'r/configs/c/infer.txt'), '[property]\nonnx-file=../../models/net/folder\n');
  let caught: unknown;
  try {
    checkRelease(join(root, 'r'), 'configs/c/app.txt', root);
  } catch (error) {
    caught = error;
  }
  expect(caught).toMatchObject({
    code: 'CONFIG_INVALID',
    facts: { findings: expect.arrayContaining([`${place}models/net/folder is a directory, not a file`]) as string[] },
  });
});
