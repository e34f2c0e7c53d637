import { symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { planApp } from './app-plan.ts';
import type { AppPlan, Planned } from './app-plan.ts';
import type { DeepStreamVersion } from '@companion/deepstream/message';
import { formatPlace } from '@companion/foundation';
import { DiskFiles } from './files.ts';
import { makeRelease } from '../testing/release.ts';
import type { TestRelease } from '../testing/release.ts';

const planOf = (release: TestRelease): Planned => planApp(new DiskFiles(), release.config, { version: '6.2' });

function wellPlanned(release: TestRelease): AppPlan {
  const planned = planOf(release);
  if (!planned.ok) throw new Error(JSON.stringify(planned.findings));
  return planned.plan;
}

test('a whole release makes a plan', async () => {
  await using release = await makeRelease();
  const plan = wellPlanned(release);
  expect(plan.sources.map(({ group, stream, camera, file }) => ({ group, stream, camera, file }))).toEqual([
    { group: 'source0', stream: 0, camera: 0, file: release.path('streams/yard/yard.y4m') },
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
  const planned = planApp(new DiskFiles(), release.path('current/app.txt'), { version: '6.2' });
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
      'a sink of a custom schema',
      (r) => r.edit('payload-type=1', 'payload-type=257'),
      'UNSUPPORTED',
      'configs/park/app.txt',
      /0, 1 and 2 only/,
    ],
    [
      'the full schema without a converter config',
      (r) => r.edit('msg-conv-config=msgconv.txt\nmsg-conv-payload-type=1', 'msg-conv-payload-type=0'),
      'CONFIG_BAD',
      'configs/park/app.txt',
      /needs a msg-conv-config/,
    ],
    [
      'a source group without a number',
      (r) => r.edit('[source1]', '[sourceX]'),
      'CONFIG_BAD',
      'configs/park/app.txt',
      /\[sourceX\] is not in the form/,
    ],
    [
      'two source groups with one number',
      (r) => r.edit('[source1]\nenable=0', '[source00]\nenable=1'),
      'CONFIG_BAD',
      'configs/park/app.txt',
      /\[source00\]: another source group with source-id 0/,
    ],
    [
      'a csv file in a key file',
      (r) => r.edit('[sink0]', '[source]\ncsv-file-path=sources.csv\n\n[sink0]'),
      'CONFIG_BAD',
      'configs/park/app.txt',
      /\[source\] is not in the form/,
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

describe('a source list', () => {
  const listed = `[source-list]
num-source-bins=2
list=file://../../streams/yard/yard.y4m;rtsp://cam/1
sensor-id-list=North;South
sensor-name-list=n;s

[source-attr-all]
enable=1

[sink0]`;
  const withList = async (change: (text: string) => string = (text) => text): Promise<TestRelease> => {
    const release = await makeRelease();
    await release.edit(/\[source0\][^]*\[sink0\]/, change(listed));
    return release;
  };
  const reasons = (release: TestRelease, version: DeepStreamVersion): string[] => {
    const planned = planApp(new DiskFiles(), release.config, { version });
    return planned.ok ? [] : planned.findings.map(({ message }) => message);
  };

  test('numbers its cameras, and names them with nvmultiurisrcbin only', async () => {
    await using release = await withList();
    expect(wellPlanned(release)).toMatchObject({
      streams: 2,
      sources: [{ camera: 0, stream: 0, sensorId: undefined }],
    });
    await release.edit('[source-list]', '[source-list]\nuse-nvmultiurisrcbin=1');
    expect(wellPlanned(release)).toMatchObject({ sources: [{ camera: 0, sensorId: 'North' }] });
  });

  test('starts without a source, and waits', async () => {
    await using release = await withList(() => '[source-list]\nuse-nvmultiurisrcbin=1\n[source-attr-all]\n[sink0]');
    const { waits, notes } = wellPlanned(release);
    expect(waits).toBe(true);
    expect(notes).toEqual([expect.stringContaining('no REST server')]);
  });

  type Refusal = [what: string, version: DeepStreamVersion, change: (text: string) => string, reason: RegExp];
  test.each<Refusal>([
    [
      'without attributes for all',
      '6.2',
      (text) => text.replace(/\[source-attr-all\]\nenable=1\n/, ''),
      /source-attr-all/,
    ],
    ['with another count', '6.2', (text) => text.replace('bins=2', 'bins=3'), /num-source-bins=3, and list has 2/],
    ['without names from 7.0 on', '7.0', (text) => text.replace(/sensor-name-list.*/, ''), /sensor-name-list need 2/],
    ['with another scheme', '6.2', (text) => text.replace('rtsp:', 'http:'), /URI 1 is none of/],
    [
      'with a group beyond it',
      '6.2',
      (text) => text.replace('[sink0]', '[source2]\n[sink0]'),
      /\[source2\]: there is no/,
    ],
    ['in 4.0', '4.0', (text) => text, /\[source-list\] is not in the form/],
  ])('is refused %s', async (_what, version, change, reason) => {
    await using release = await withList(change);
    expect(reasons(release, version)).toEqual([expect.stringMatching(reason)]);
  });

  test('is taken without names by 6.2', async () => {
    await using release = await withList((text) => text.replace(/sensor-.*\n/g, ''));
    expect(reasons(release, '6.2')).toEqual([]);
  });
});

describe('YAML', () => {
  const yaml = `source:
  csv-file-path: sources.csv
sink1:
  enable: 1
  type: 6
  msg-conv-config: msgconv.txt
  msg-conv-payload-type: 1
  topic: detections
primary-gie:
  enable: 1
  config-file: ../../models/net/infer.txt
streammux:
  width: 1280
  height: 720
`;
  const planYaml = (release: TestRelease): Planned =>
    planApp(new DiskFiles(), release.path('configs/park/app.yml'), { version: '9.1' });

  test('has its sources in a csv file, with their cameras', async () => {
    await using release = await makeRelease();
    await release.write('configs/park/app.yml', yaml);
    const row = 'file://../../streams/yard/yard.y4m,0,2';
    await release.write(
      'configs/park/sources.csv',
      `# cameras\n\nenable,type,uri,camera-id\n0,2,x,1\n1,2,${row.replace(',0,', ',3,')}\n`,
    );
    expect(planYaml(release)).toMatchObject({
      ok: true,
      plan: { sources: [{ camera: 3, stream: 0 }], mux: { width: 1280, height: 720 } },
    });
  });

  test.each([
    ['a comment behind the header', 'enable,type,uri\n#1,2,file://x\n', /enable: "#1" is not a number/],
    ['nothing', '', /no source is enabled/],
  ])('is refused with %s in it', async (_what, csv, reason) => {
    await using release = await makeRelease();
    await release.write('configs/park/app.yml', yaml);
    await release.write('configs/park/sources.csv', csv);
    expect(planYaml(release)).toMatchObject({
      ok: false,
      findings: [{ message: expect.stringMatching(reason) as string }],
    });
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
  test('streams are numbered by enabled sources, cameras by group names', async () => {
    await using release = await makeRelease();
    await release.edit('[source0]\nenable=1', '[source0]\nenable=0');
    await release.edit('[source1]\nenable=0', '[source1]\nenable=1');
    await release.edit('gate/gate', 'yard/yard');
    expect(wellPlanned(release).sources).toMatchObject([{ group: 'source1', stream: 0, camera: 1 }]);
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
