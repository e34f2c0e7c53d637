import { symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { planApp } from './app-plan.ts';
import type { AppPlan, Planned } from './app-plan.ts';
import { formatPlace } from '@companion/foundation';
import { DiskFiles } from './files.ts';
import { makeRelease } from '../testing/release.ts';
import type { TestRelease } from '../testing/release.ts';

const planOf = (release: TestRelease): Planned => planApp(new DiskFiles(), release.config);

function wellPlanned(release: TestRelease): AppPlan {
  const planned = planOf(release);
  if (!planned.ok) throw new Error(JSON.stringify(planned.findings));
  return planned.plan;
}

test('a whole release makes a plan', async () => {
  await using release = await makeRelease();
  const plan = wellPlanned(release);
  expect(plan.sources.map(({ group, stream, file }) => ({ group, stream, file }))).toEqual([
    { group: 'source0', stream: 0, file: release.path('streams/yard/yard.y4m') },
  ]);
  expect(plan.models).toEqual([
    {
      group: 'primary-gie',
      model: release.path('models/net/net.caffemodel'),
      engine: undefined,
      newEngine: release.path('models/net/net.caffemodel_b2_gpu0_fp16.engine'),
    },
  ]);
  expect(plan.outputs).toMatchObject([{ group: 'sink1', topic: 'detections', schema: 'minimal' }]);
  expect(plan).toMatchObject({ detects: true, tracks: true, loops: false, perfIntervalMs: 1000, notes: [] });
});

test('a config reached through a link resolves against its real folder', async () => {
  await using release = await makeRelease();
  await symlink('configs/park', release.path('current'));
  const planned = planApp(new DiskFiles(), release.path('current/app.txt'));
  expect(planned).toMatchObject({ ok: true, plan: { configFile: release.config } });
});

describe('what the app cannot start with is named by file and reason', () => {
  type Case = [
    what: string,
    spoil: (release: TestRelease) => Promise<void>,
    code: string,
    file: string,
    reason: RegExp,
  ];
  test.each<Case>([
    [
      'a missing config',
      (r) => r.remove('configs/park/app.txt'),
      'CONFIG_MISSING',
      'configs/park/app.txt',
      /no such file/,
    ],
    ['a config with a broken line', (r) => r.edit('[sink0]', 'sink0]'), 'CONFIG_BAD', 'configs/park/app.txt:15', /./],
    [
      'a number that is none',
      (r) => r.edit('type=1\n', 'type=eins\n'),
      'CONFIG_BAD',
      'configs/park/app.txt',
      /\[sink0\] type=eins/,
    ],
    [
      'no enabled source',
      (r) => r.edit('enable=1\ntype=2', 'enable=0\ntype=2'),
      'CONFIG_BAD',
      'configs/park/app.txt',
      /no source/,
    ],
    [
      'a missing stream',
      (r) => r.remove('streams/yard/yard.y4m'),
      'STREAM_MISSING',
      'streams/yard/yard.y4m',
      /\[source0\]/,
    ],
    [
      'a broken recording',
      (r) => r.write('streams/yard/yard.detections.jsonl', '{'),
      'RECORDING_BAD',
      'streams/yard/yard.detections.jsonl',
      /jsonl:1: /,
    ],
    [
      'no recording at all',
      (r) => r.remove('streams/yard/yard.detections.jsonl'),
      'NOTHING_TO_PLAY',
      'configs/park/app.txt',
      /no recorded detections/,
    ],
    [
      'a camera and nothing else',
      (r) => r.edit(/type=2\nuri=.*yard.y4m/, 'type=4\nuri=rtsp://u:p@cam/1'),
      'NOTHING_TO_PLAY',
      'configs/park/app.txt',
      /RTSP/,
    ],
    [
      'a missing model config',
      (r) => r.remove('models/net/infer.txt'),
      'CONFIG_MISSING',
      'models/net/infer.txt',
      /no such file/,
    ],
    [
      'a missing model',
      (r) => r.remove('models/net/net.caffemodel'),
      'MODEL_MISSING',
      'models/net/net.caffemodel',
      /primary-gie/,
    ],
    [
      'a missing prototxt',
      (r) => r.remove('models/net/net.prototxt'),
      'MODEL_MISSING',
      'models/net/net.prototxt',
      /primary-gie/,
    ],
    [
      'no model named',
      (r) => r.write('models/net/infer.txt', '[property]\nbatch-size=1\n'),
      'MODEL_MISSING',
      'models/net/infer.txt',
      /onnx-file/,
    ],
    [
      'missing labels',
      (r) => r.remove('models/net/labels.txt'),
      'LABELS_MISSING',
      'models/net/labels.txt',
      /primary-gie/,
    ],
    [
      'a missing message config',
      (r) => r.remove('configs/park/msgconv.txt'),
      'CONFIG_MISSING',
      'configs/park/msgconv.txt',
      /no such file/,
    ],
    [
      'a protobuf sink',
      (r) => r.edit('payload-type=1', 'payload-type=2'),
      'UNSUPPORTED',
      'configs/park/app.txt',
      /0 and 1 only/,
    ],
  ])('%s', async (_, spoil, code, file, reason) => {
    await using release = await makeRelease();
    await spoil(release);
    const planned = planOf(release);
    const found = planned.ok ? [] : planned.findings;
    expect(found).toMatchObject([{ severity: 'error', code, message: expect.stringMatching(reason) as string }]);
    expect(found.map(({ at }) => formatPlace(at))).toEqual([release.path(file)]);
  });

  test('all of them at once', async () => {
    await using release = await makeRelease();
    await release.remove('streams/yard/yard.y4m');
    await release.remove('models/net/labels.txt');
    const planned = planOf(release);
    expect(planned.ok ? [] : planned.findings.map(({ code }) => code).sort()).toEqual([
      'LABELS_MISSING',
      'STREAM_MISSING',
    ]);
  });

  test('but what is not enabled may be missing', async () => {
    await using release = await makeRelease();
    await release.edit('[tracker]', '[secondary-gie0]\nenable=0\nconfig-file=nowhere.txt\n\n[tracker]');
    expect(planOf(release).ok).toBe(true);
  });
});

describe('engines', () => {
  test('one at model-engine-file is used, even without the model', async () => {
    await using release = await makeRelease();
    await release.write('models/net/net.caffemodel_b2_gpu0_fp16.engine', 'engine');
    await release.remove('models/net/net.caffemodel');
    expect(wellPlanned(release).models[0]?.engine).toBe(release.path('models/net/net.caffemodel_b2_gpu0_fp16.engine'));
  });

  test('one beside the model that is not named is used with a note', async () => {
    await using release = await makeRelease();
    await release.write('models/net/infer.txt', '[property]\nonnx-file=net.onnx\nnetwork-mode=1\n');
    await release.write('models/net/net.onnx', 'weights');
    await release.write('models/net/net.onnx_b2_gpu0_int8.engine', 'engine');
    const { models, notes } = wellPlanned(release);
    expect(models[0]?.engine).toBe(release.path('models/net/net.onnx_b2_gpu0_int8.engine'));
    expect(notes).toEqual([expect.stringContaining('real nvinfer would build it again')]);
  });

  test('an empty engine file is none', async () => {
    await using release = await makeRelease();
    await release.write('models/net/net.caffemodel_b2_gpu0_fp16.engine', '');
    expect(wellPlanned(release).models[0]?.engine).toBeUndefined();
  });
});

describe('sources', () => {
  test('streams are numbered by enabled sources, not by group names', async () => {
    await using release = await makeRelease();
    await release.edit('[source0]\nenable=1', '[source0]\nenable=0');
    await release.edit('[source1]\nenable=0', '[source1]\nenable=1');
    await release.edit('gate/gate', 'yard/yard');
    expect(wellPlanned(release).sources).toMatchObject([{ group: 'source1', stream: 0 }]);
  });

  test('a camera beside a file is noted and counted, and its address is not told', async () => {
    await using release = await makeRelease();
    await release.edit('[source1]\nenable=0\ntype=2', '[source1]\nenable=1\ntype=4');
    await release.edit('file://../../streams/gate/gate.y4m', 'rtsp://user:secret@camera/1');
    const { sources, notes } = wellPlanned(release);
    expect(sources).toHaveLength(1);
    expect(notes).toEqual(['[source1] is an RTSP camera: there is no video in a stand-in, nothing is sent for it']);
  });

  test('an absolute file URI and several URIs are followed', async () => {
    await using release = await makeRelease();
    await release.edit('file://../../streams/yard/yard.y4m', `file://${release.path('streams/yard/yard.y4m')}`);
    expect(wellPlanned(release).sources).toHaveLength(1);
    await release.edit(/type=2\nuri=.*yard.y4m/, 'type=3\nnum-sources=2\nuri=file://../../streams/cam/%d.mp4');
    for (const name of ['0', '1']) {
      await release.write(`streams/cam/${name}.mp4`, 'video');
      await release.write(
        `streams/cam/${name}.detections.jsonl`,
        '{"format":"companion-detections/1","fps":1,"width":1,"height":1,"frames":1}\n',
      );
    }
    expect(wellPlanned(release).sources.map(({ stream }) => stream)).toEqual([0, 1]);
  });
});

test('without a sink of type 6 there is a plan that sends nothing', async () => {
  await using release = await makeRelease();
  await release.edit('type=6', 'type=1');
  expect(wellPlanned(release)).toMatchObject({
    outputs: [],
    notes: ['no sink of type 6 is enabled: no message is sent'],
  });
});

test('a sink can leave the conversion to the shared converter', async () => {
  await using release = await makeRelease();
  await release.edit('msg-conv-config=msgconv.txt\nmsg-conv-payload-type=1', 'disable-msgconv=1');
  await release.edit(
    '[tests]',
    '[message-converter]\nenable=1\nmsg-conv-payload-type=0\nmsg-conv-config=msgconv.txt\n\n[tests]',
  );
  expect(wellPlanned(release).outputs).toMatchObject([{ schema: 'full', topic: 'detections' }]);
});
