import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createWorkbench } from '../testing/workbench.ts';
import type { Workbench } from '../testing/workbench.ts';

const appText = `[source0]
enable=1
type=3
uri=file://../streams/cars.mp4

[streammux]
batch-size=1
width=1920
height=1080

[primary-gie]
enable=1
config-file=infer.txt

[sink0]
enable=1
type=1
`;
const inferText = `[property]
onnx-file=../models/cars.onnx
labelfile-path=/device/labels.txt
batch-size=1
gie-unique-id=1
`;

async function writeRelease(bench: Workbench): Promise<void> {
  for (const folder of ['configs', 'streams', 'models']) await mkdir(bench.path(folder));
  await writeFile(bench.path('configs/app.txt'), appText);
  await writeFile(bench.path('configs/infer.txt'), inferText);
  await writeFile(bench.path('streams/cars.mp4'), '');
  await writeFile(bench.path('models/cars.onnx'), '');
}

describe('companion config check', () => {
  test('follows what the config refers to and says like a compiler what is missing', async () => {
    await using bench = await createWorkbench();
    await writeRelease(bench);
    const check = (...more: string[]) => bench.call(['config', 'check', ...more]);
    const bad = await check('configs/app.txt');
    expect(bad).toMatchObject({ code: 1, stderr: '' });
    expect(bad.stdout).toMatch(/^configs\/infer\.txt:3: error: .*\/device\/labels\.txt.* \[reference-missing\]$/m);
    const good = await check('configs/app.txt', '--elsewhere', '/device', '--json');
    const { file, findings } = JSON.parse(good.stdout) as { file: string; findings: { severity: string }[] };
    expect(file).toBe('configs/app.txt');
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(good.code).toBe(0);
    // DeepStream resolves from where a config really is.
    await symlink('configs/app.txt', bench.path('linked.txt'));
    expect(await bench.companion(['config', 'check', 'linked.txt', '--elsewhere', '/device'])).toMatchObject({
      code: 0,
    });
  });

  test('takes what nobody can read as an error of the config, and a missing config as one of the call', async () => {
    await using bench = await createWorkbench();
    const broken = await bench.call(['config', 'check', '-'], '[source0]\nno key\n');
    expect(broken).toMatchObject({ code: 1, stderr: '' });
    expect(broken.stdout).toMatch(/^-:2: error: .* \[unreadable\]\n$/);
    expect(await bench.call(['config', 'check', 'none.txt'])).toMatchObject({ code: 2, stdout: '' });
  });

  test('says of each finding when DeepStream meets it', async () => {
    await using bench = await createWorkbench();
    await writeRelease(bench);
    const broken = appText
      .replace('width=1920', 'width=wide')
      .replace('[sink0]', '[source0]\nsmart-rec-dir-path=gone\n\n[sink0]');
    await writeFile(bench.path('configs/app.txt'), broken);
    const { code, stdout } = await bench.call(['config', 'check', 'configs/app.txt']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^configs\/app\.txt:8: error: parser: \[streammux\] width=wide is not a whole number \[invalid-number\]$/m,
    );
    expect(stdout).toMatch(
      /^configs\/app\.txt:\d+: warning: parser: \[source0\] smart-rec-dir-path=gone: .* \[directory-not-writable\]$/m,
    );
    expect(stdout).toMatch(/^configs\/infer\.txt:3: error: plugin: .* \[reference-missing\]$/m);
    const json = await bench.call(['config', 'check', 'configs/app.txt', '--json']);
    const { findings } = JSON.parse(json.stdout) as { findings: { code: string; stage: string }[] };
    expect(findings.find((finding) => finding.code === 'invalid-number')?.stage).toBe('parser');
  });

  test('checks topics where it is told the routes', async () => {
    await using bench = await createWorkbench();
    const app = `${appText.replace('infer.txt', '-')}[sink1]
enable=1
type=6
msg-conv-payload-type=1
msg-broker-proto-lib=/opt/nvidia/deepstream/deepstream/lib/libnvds_azure_edge_proto.so
topic=detections
`;
    await writeFile(bench.path('app.txt'), app);
    const topics = async (...more: string[]) =>
      (await bench.call(['config', 'check', 'app.txt', ...more])).stdout.includes('[topic-without-route]');
    expect(await topics()).toBe(false);
    expect(await topics('--topic', 'other', '--topic', 'detections')).toBe(false);
    expect(await topics('--topic', 'other')).toBe(true);
  });
});
