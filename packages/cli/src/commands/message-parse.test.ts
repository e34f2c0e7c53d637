import { writeFile } from 'node:fs/promises';
import { encodeFull, encodeMinimal, encodeProtobuf } from '@companion/deepstream/message';
import { describe, expect, test } from 'vitest';
import { createWorkbench } from '../testing/workbench.ts';

const car = {
  trackId: '7',
  label: 'Car',
  box: { left: 1.5, top: 2, right: 300, bottom: 4 },
  confidence: 0.5,
  eventType: 'parked',
  parkingSpot: 'P1',
};
const lost = { trackId: null, label: 'Person', box: null, confidence: null };
const wholeFrame = { sensor: 'cam 1', timeMs: 0, frameNumber: '12', detections: [car, lost] };

describe('companion message parse', () => {
  test('prints what the filter sees, for every schema', async () => {
    await using bench = await createWorkbench();
    const parse = (input: string | Uint8Array) => bench.call(['message', 'parse', '-'], input);
    const detections = '  #7 "Car" 1.5,2 to 300,4 confidence 0.5\n  untracked "Person" no box\n';
    expect(await parse(encodeProtobuf(wholeFrame))).toMatchObject({
      code: 0,
      stdout: `"cam 1" 1970-01-01T00:00:00.000Z frame 12 (protobuf): 2 detections\n${detections}`,
      stderr: '',
    });
    expect(await parse(encodeMinimal(wholeFrame))).toMatchObject({
      code: 0,
      stdout: `"cam 1" 1970-01-01T00:00:00.000Z frame 12 (minimal): 2 detections\n${detections}`,
      stderr: '-: warning: 4 numbers dropped: NaN, infinite or out of range [dropped-numbers]\n',
    });
    const [full = ''] = encodeFull({ ...wholeFrame, timeMs: null }, { uuid: () => 'u' });
    expect((await parse(full)).stdout).toBe(
      '"cam 1" no time (full): 1 detection\n  #7 "Car" 1,2 to 300,4 confidence 0.5 event "parked" spot "P1"\n',
    );
  });

  test('prints frames, drops and rejections as JSON', async () => {
    await using bench = await createWorkbench();
    await writeFile(
      bench.path('log.jsonl'),
      `${JSON.stringify(JSON.parse(encodeMinimal({ ...wholeFrame, detections: [car] })))}\nnoise\n`,
    );
    const { code, stdout, stderr } = await bench.call(['message', 'parse', 'log.jsonl', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, frames: [{ sensor: 'cam 1' }], rejected: { 'not-json': 1 } });
    expect(stderr).toBe('log.jsonl: warning: 1 not read [not-json]\n');
  });

  test('has exit code 1 and the reason where nothing can be read', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('a.json'), '{\n  "a": x\n}');
    const { code, stdout, stderr } = await bench.call(['message', 'parse', 'a.json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('a.json:2: error: no JSON: unexpected "x" [not-json]\n');
    const json = await bench.companion(['message', 'parse', '-', '--json'], Buffer.from([0xff, 0, 1]));
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, reason: 'not-json' });
  });
});
