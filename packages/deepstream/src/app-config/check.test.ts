import { describe, expect, test } from 'vitest';
import { checkAppConfig } from './index.ts';
import type { AppConfigReport, ConfigSource } from './index.ts';

const appText = `[application]
enable-perf-measurement=1
[tiled-display]
enable=1
rows=1
columns=2
[source0]
enable=1
type=2
uri=file://../streams/a.mp4
[source1]
enable=1
type=4
uri=rtsp://camera/1
[sink0]
enable=1
type=6
msg-conv-config=msgconv.txt
msg-conv-payload-type=1
msg-broker-proto-lib=/opt/nvidia/deepstream/deepstream/lib/libnvds_azure_edge_proto.so
topic=detections
[sink1]
enable=1
type=4
rtsp-port=8554
udp-port=5400
[streammux]
batch-size=2
live-source=1
[primary-gie]
enable=1
batch-size=2
gie-unique-id=1
model-engine-file=../models/cars.onnx_b2_gpu0_fp16.engine
config-file=../models/infer.txt
[tracker]
enable=1
ll-lib-file=/opt/nvidia/deepstream/deepstream/lib/libnvds_nvmultiobjecttracker.so
ll-config-file=tracker.yml
[tests]
file-loop=1
`;
const inferText = `[property]
onnx-file=cars.onnx
labelfile-path=labels.txt
network-mode=2
num-detected-classes=2
model-engine-file=old.engine
`;
const allFiles: Readonly<Record<string, string>> = {
  '/r/configs/app.txt': appText,
  '/r/configs/msgconv.txt': '[sensor0]\nenable=1\n[sensor1]\nenable=1\n',
  '/r/configs/tracker.yml': '%YAML:1.0\nReID:\n  modelEngineFile: "../models/reid.engine"\n',
  '/r/models/infer.txt': inferText,
  '/r/models/cars.onnx': 'onnx',
  '/r/models/cars.onnx_b2_gpu0_fp16.engine': 'engine',
  '/r/models/reid.engine': 'engine',
  '/r/models/labels.txt': 'car\nperson\n',
  '/r/streams/a.mp4': 'mp4',
};

function sourceOf(files: Readonly<Record<string, string>>): ConfigSource {
  return {
    read: (path) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
    exists: (path) => (path.startsWith('/opt/nvidia/') ? undefined : files[path] !== undefined),
  };
}

function check(
  changes: Readonly<Record<string, string | undefined>> = {},
  topics: readonly string[] = ['detections'],
): AppConfigReport {
  const files = Object.fromEntries(
    Object.entries({ ...allFiles, ...changes }).filter(([, text]) => text !== undefined),
  );
  return checkAppConfig({ path: '/r/configs/app.txt', files: sourceOf(files as Record<string, string>), topics });
}

/** The findings of the app config with `from` replaced, as `severity code file:line`. */
function findings(from?: string | RegExp, to = '', rest: Readonly<Record<string, string | undefined>> = {}): string[] {
  const app = from === undefined ? appText : appText.replace(from, to);
  if (from !== undefined) expect(app).not.toBe(appText);
  return show(check({ '/r/configs/app.txt': app, ...rest }));
}

const show = (report: AppConfigReport) =>
  report.diagnostics.map(
    ({ severity, code, at: { file, line } }) => `${severity} ${code} ${file.slice(file.lastIndexOf('/') + 1)}:${line}`,
  );

describe('the check of an app config', () => {
  test('finds nothing where all is well, and follows every file', () => {
    const report = check();
    expect(report.diagnostics).toEqual([]);
    expect(report.configs.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'app /r/configs/app.txt',
      'msgconv /r/configs/msgconv.txt',
      'nvinfer /r/models/infer.txt',
      'other /r/configs/tracker.yml',
    ]);
    const paths = report.references
      .filter(({ active, path }) => active && path?.startsWith('/r/'))
      .map(({ path }) => path);
    expect(paths.sort()).toEqual(
      Object.keys(allFiles)
        .filter((path) => path !== '/r/configs/app.txt')
        .sort(),
    );
  });

  test('types what the sections say', () => {
    const { app } = check();
    expect(app?.sources.map(({ type, uri }) => [type, uri])).toEqual([
      [2, 'file://../streams/a.mp4'],
      [4, 'rtsp://camera/1'],
    ]);
    expect(app?.sinks[0]?.message).toMatchObject({ payloadType: 1, topic: 'detections', sharesConverter: false });
    expect(app?.sinks[1]?.ports).toEqual({ rtsp: 8554, udp: 5400 });
    expect(app?.primaryGies[0]).toMatchObject({ batchSize: 2, uniqueId: 1, configFile: '../models/infer.txt' });
    expect([app?.streammux?.live, app?.tests.fileLoop, app?.tracker?.enabled]).toEqual([true, true, true]);
  });

  test.each([
    ['the stream', '/r/streams/a.mp4', 'error reference-missing app.txt:10'],
    ['the converter config', '/r/configs/msgconv.txt', 'error reference-missing app.txt:18'],
    ['the tracker config', '/r/configs/tracker.yml', 'error reference-missing app.txt:39'],
    ['the inference config', '/r/models/infer.txt', 'error reference-missing app.txt:35'],
    ['the labels', '/r/models/labels.txt', 'error reference-missing infer.txt:3'],
    ['the model, while there is an engine', '/r/models/cars.onnx', 'warning model-missing infer.txt:2'],
    [
      'the engine, while there is a model',
      '/r/models/cars.onnx_b2_gpu0_fp16.engine',
      'info engine-to-be-built app.txt:34',
    ],
  ])('says at its line that %s is missing', (_, path, expected) => {
    expect(show(check({ [path]: undefined }))).toEqual([expected]);
  });

  test('is silent about what only the container holds, and mild about what is off', () => {
    expect(findings('enable=1\ntype=6', 'enable=0\ntype=6', { '/r/configs/msgconv.txt': undefined })).toEqual([
      'warning no-message-sink app.txt:1',
      'info reference-missing app.txt:18',
    ]);
  });

  test('says that an engine can never match: batch, precision, place', () => {
    const without = { '/r/models/cars.onnx_b2_gpu0_fp16.engine': undefined };
    expect(findings('_b2_gpu0_fp16', '_b1_gpu0_fp16', without)).toEqual(['warning engine-never-matches app.txt:34']);
    expect(findings('_b2_gpu0_fp16', '_b2_gpu0_int8', without)).toEqual(['warning engine-never-matches app.txt:34']);
    expect(findings('models/cars.onnx_b2', 'cars.onnx_b2', without)).toEqual([
      'warning engine-never-matches app.txt:34',
    ]);
    expect(findings('models/cars.onnx_b2', 'cars.onnx_b4', { '/r/cars.onnx_b4_gpu0_fp16.engine': '' })).toEqual([]);
    expect(show(check({ ...without, '/r/models/cars.onnx': undefined }))).toContain('error model-missing infer.txt:2');
  });

  test('counts sources against batches, tiles, sensors and labels', () => {
    const three = '[source2]\nenable=1\ntype=3\nuri=http://c/\nnum-sources=2\n[sink0]';
    expect(findings('[sink0]', three)).toEqual([
      'warning tiles-below-sources app.txt:5',
      'warning batch-size-below-sources app.txt:33',
      'warning batch-size-below-sources app.txt:37',
      'warning sensors-below-sources msgconv.txt:1',
    ]);
    expect(findings('batch-size=2\ngie', 'gie', { '/r/models/infer.txt': `${inferText}batch-size=1\n` })).toContain(
      'warning batch-size-below-sources infer.txt:7',
    );
    expect(show(check({ '/r/models/labels.txt': 'car\n' }))).toEqual(['warning labels-count infer.txt:3']);
  });

  test('looks at live sources', () => {
    expect(findings('live-source=1', 'live-source=0')).toEqual(['warning live-source-off app.txt:29']);
    expect(findings('live-source=1\n', '')).toEqual(['warning live-source-off app.txt:27']);
    const files = findings('type=4\nuri=rtsp://camera/1', 'type=2\nuri=file:///r/streams/a.mp4');
    expect(files).toEqual(['info live-source-on app.txt:29']);
  });

  test('looks at URIs', () => {
    expect(findings('uri=file://../', 'uri=../')).toEqual(['error invalid-uri app.txt:7']);
    expect(findings('uri=rtsp://camera/1', '#')).toEqual(['error invalid-uri app.txt:11']);
    expect(findings('rtsp://camera/1', 'http://camera/1')).toEqual(['warning source-type-mismatch app.txt:11']);
    expect(findings('type=4\nuri', 'type=3\nuri')).toEqual(['info source-type-mismatch app.txt:11']);
    expect(findings(/enable=1\ntype=[24]\nuri/g, 'enable=0\nuri')).toContain('error no-source app.txt:1');
  });

  test('finds two sinks on one port, defaults included', () => {
    const second = (ports: string) => findings('[streammux]', `[sink2]\nenable=1\ntype=4\n${ports}\n[streammux]`);
    expect(second('rtsp-port=8555\nudp-port=5401')).toEqual([]);
    expect(second('rtsp-port=8555\nudp-port=5400')).toEqual(['error port-conflict app.txt:31']);
    expect(second('udp-port=5401')).toEqual(['error port-conflict app.txt:27']);
  });

  test('looks at what the filter and the routes take', () => {
    expect(findings('payload-type=1', 'payload-type=257')).toEqual(['error payload-type-unreadable app.txt:19']);
    expect(findings('topic=detections', 'topic=other')).toEqual(['error topic-without-route app.txt:21']);
    expect(show(check({}, []))).toEqual(['error topic-without-route app.txt:21']);
    expect(findings('topic=', 'disable-msgconv=1\ntopic=')).toEqual(['error converter-missing app.txt:21']);
    expect(findings('topic=', 'msg-conv-frame-interval=30\ntopic=')).toEqual([
      'warning frame-interval-ignored app.txt:21',
    ]);
  });

  test('looks at gie ids, missing configs and missing libraries', () => {
    const secondary = (keys: string) =>
      findings('[tests]', `[secondary-gie0]\nenable=1\nconfig-file=../models/infer.txt\n${keys}\n[tests]`);
    expect(secondary('gie-unique-id=2\noperate-on-gie-id=1')).toEqual([]);
    expect(secondary('gie-unique-id=1')).toEqual(['error gie-id-conflict app.txt:43']);
    expect(secondary('gie-unique-id=2\noperate-on-gie-id=3')).toEqual(['warning gie-id-unknown app.txt:44']);
    expect(findings(/config-file=.*infer.txt\n/)).toEqual(['error config-file-missing app.txt:30']);
    expect(findings(/ll-lib-file.*\n/)).toEqual(['error tracker-library-missing app.txt:36']);
  });

  test('looks at single lines', () => {
    expect(findings('batch-size=2\nlive', 'batch-size=two\nlive')).toEqual(['error invalid-number app.txt:28']);
    expect(findings('batch-size=2\nlive', 'batch-size=2 # of two\nlive')).toEqual([]);
    expect(findings('rows=1', 'rows=2\nrows=1')).toEqual(['warning duplicate-key app.txt:6']);
    expect(findings('[tests]', '[sink0]\n[tests]')).toEqual(['warning duplicate-group app.txt:40']);
    expect(findings('msgconv.txt', 'msgconv.txt # names')).toEqual([
      'warning inline-comment app.txt:18',
      'error reference-missing app.txt:18',
    ]);
  });

  test('says where a config can not be read', () => {
    expect(show(check({ '/r/models/infer.txt': '[property]\noops\n' }))).toEqual(['error unreadable infer.txt:2']);
    expect(show(check({ '/r/configs/app.txt': undefined }))).toEqual(['error unreadable app.txt:1']);
    expect(show(check({ '/r/configs/app.txt': '[x]\na=1\n' }))).toEqual(['info not-a-config app.txt:1']);
  });

  test('takes tracker configs as NVIDIA ships them', () => {
    const tracker = '# licence\n\n%YAML:1.0\n\nReID:\n  onnxFile: "../models/reid.onnx"\n';
    expect(show(check({ '/r/configs/tracker.yml': tracker, '/r/models/reid.onnx': '' }))).toEqual([]);
    expect(show(check({ '/r/configs/tracker.yml': tracker }))).toEqual(['error reference-missing tracker.yml:6']);
  });

  test.each([
    ['a syntax of its own', 'a:1\nb: @x\n', 'warning unreadable tracker.yml:1'],
    ['aliases', 'a: &x 1\nb: *x\n', 'warning unreadable tracker.yml:2'],
    ['no mapping', '- a\n', 'warning unreadable tracker.yml:1'],
    ['several documents', 'ReID:\n  x: 1\n---\nb: [\n', 'warning several-documents tracker.yml:3'],
  ])('lets a release pass whose plugin reads %s with its own parser', (_, text, expected) => {
    expect(show(check({ '/r/configs/tracker.yml': text }))).toEqual([expected]);
  });

  test('lets only GLib decide on key files: of nvinfer, and of the converter without a library of its own', () => {
    expect(show(check({ '/r/configs/msgconv.txt': 'car\n' }))).toEqual(['error unreadable msgconv.txt:1']);
    expect(
      findings('msg-conv-config', 'msg-conv-msg2p-lib=/opt/nvidia/x.so\nmsg-conv-config', {
        '/r/configs/msgconv.txt': 'car\n',
      }),
    ).toEqual(['warning unreadable msgconv.txt:1']);
    const tracker = { '/r/configs/tracker.txt': 'min-width: 3\n' };
    expect(findings('tracker.yml', 'tracker.txt', tracker)).toEqual(['warning unreadable tracker.txt:1']);
  });

  test('tells configs of nvinferserver, labels and tables of sources apart', () => {
    const server = '# licence\ninfer_config {\n  unique_id: 1\n}\n';
    const given = (name: string, text: string, asApp = false) =>
      checkAppConfig({ path: name, files: sourceOf({ [name]: text }), asApp }).diagnostics.map(
        ({ severity, code, message }) => `${severity} ${code} ${message}`,
      );
    expect(given('/s.txt', server)).toEqual([
      'info not-a-config a config of nvinferserver (protobuf text): not checked here',
    ]);
    expect(given('/s.yml', server)[0]).toMatch(/^info not-a-config a config of nvinferserver/);
    expect(given('/labels.txt', 'car\nroad sign\n')[0]).toMatch(/^info not-a-config a list of labels/);
    expect(given('/x.csv', 'enable,type,uri\n')[0]).toMatch(/^info not-a-config a table of sources/);
    expect(given('/labels.txt', 'car\n', true)).toEqual([
      'error not-for-test5 a list of labels: not for deepstream-test5-app',
    ]);
    const [wrong, ...more] = check({ '/r/models/infer.txt': server }).diagnostics;
    expect([wrong?.severity, wrong?.code, more]).toEqual(['error', 'unreadable', []]);
    expect(wrong?.message).toMatch(/nvinferserver takes it with plugin-type=1 in \[primary-gie\]/);
  });

  test('knows engines of the DLA and of network-mode 3', () => {
    const built = (mode: number, name: string, more = '') =>
      show(
        check({
          '/r/configs/app.txt': appText.replace('cars.onnx_b2_gpu0_fp16', name),
          '/r/models/infer.txt': inferText.replace('network-mode=2', `network-mode=${mode}${more}`),
          '/r/models/cars.onnx_b2_gpu0_fp16.engine': undefined,
        }),
      );
    expect(built(3, 'cars.onnx_b2_gpu0_best')).toEqual(['info engine-to-be-built app.txt:34']);
    expect(built(2, 'cars.onnx_b2_gpu0_best')).toEqual(['warning engine-never-matches app.txt:34']);
    const dla = '\nenable-dla=1\nuse-dla-core=1';
    expect(built(2, 'cars.onnx_b2_dla1_fp16', dla)).toEqual(['info engine-to-be-built app.txt:34']);
    expect(built(2, 'cars.onnx_b2_gpu0_fp16', dla)).toEqual(['warning engine-never-matches app.txt:34']);
    expect(built(2, 'cars.onnx_b2_dla0_fp16', '\nuse-dla-core=0')).toEqual(['warning engine-never-matches app.txt:34']);
  });

  test('follows a Service Maker pipeline, which is not for deepstream-test5-app', () => {
    const pipeline = `# licence
deepstream:
  nodes:
  - type: nvinfer
    name: pgie
    properties:
      config-file-path: "../models/infer.txt"
      model-engine-file: ../models/cars.onnx_b2_gpu0_fp16.engine
      batch-size: 2
  - type: nvtracker
    name: tracker
    properties: { ll-config-file: tracker.yml, ll-lib-file: /opt/nvidia/deepstream/deepstream/lib/x.so }
  - type: nvmsgbroker
    name: broker
    properties:
      config: broker.txt
  edges:
    pgie: tracker
`;
    const report = (asApp: boolean, changes: Readonly<Record<string, string>> = {}) =>
      show(
        checkAppConfig({
          path: '/r/configs/p.yaml',
          files: sourceOf({ ...allFiles, '/r/configs/p.yaml': pipeline, '/r/configs/broker.txt': '', ...changes }),
          asApp,
        }),
      );
    expect(report(false)).toEqual(['warning not-for-test5 p.yaml:1']);
    expect(report(true)).toEqual(['error not-for-test5 p.yaml:1']);
    expect(report(false, { '/r/configs/p.yaml': pipeline.replace('broker.txt', 'gone.txt') })).toEqual([
      'warning not-for-test5 p.yaml:1',
      'error reference-missing p.yaml:16',
    ]);
    expect(report(false, { '/r/models/labels.txt': 'car\n' })).toContain('warning labels-count infer.txt:3');
  });

  test('says that a pipeline of several documents is for another app', () => {
    const text = '%YAML 1.2\n---\nname: source\ntype: ds3d::dataloader\n---\nname: b\n';
    const report = (asApp: boolean) =>
      show(checkAppConfig({ path: '/d.yaml', files: sourceOf({ '/d.yaml': text }), asApp }));
    expect(report(false)).toEqual(['warning not-for-test5 d.yaml:1', 'warning several-documents d.yaml:5']);
    expect(report(true)).toEqual(['error not-for-test5 d.yaml:1', 'warning several-documents d.yaml:5']);
  });

  test('stops at configs that name each other', () => {
    const loop = '[property]\nnetwork-mode=0\n[primary-gie]\nconfig-file=infer.txt\n';
    expect(check({ '/r/models/infer.txt': loop }).configs).toHaveLength(4);
  });

  test('takes sources from a CSV file, whose files are relative to the config', () => {
    const app = 'application:\n  x: 1\nsource:\n  csv-file-path: ../lists/s.csv\nstreammux:\n  batch-size: 1\n';
    const csv =
      'enable,type,uri,num-sources\n1,3,file://a.mp4,1\n1,2,file://c.mp4,1\n0,2,file://b.mp4,1\n1,4,rtsp://c,1\n';
    const files = sourceOf({ '/r/configs/app.yml': app, '/r/lists/s.csv': csv, '/r/configs/c.mp4': '' });
    const report = checkAppConfig({ path: '/r/configs/app.yml', files });
    expect(show(report)).toEqual([
      'warning live-source-off app.yml:5',
      'warning batch-size-below-sources app.yml:6',
      'error reference-missing s.csv:2',
      'info reference-missing s.csv:4',
    ]);
  });

  test('resolves against the real place of a config', () => {
    const source = sourceOf({
      '/store/1/infer.txt': inferText,
      '/store/1/labels.txt': 'a\nb\n',
      '/store/1/cars.onnx': '',
    });
    const files: ConfigSource = {
      ...source,
      read: (path) => source.read(path.replace('/r/models/m', '/store/1')),
      real: (path) => path.replace('/r/models/m', '/store/1'),
    };
    const report = checkAppConfig({ path: '/r/models/m/infer.txt', files });
    expect(report.references.map(({ path }) => path)).toContain('/store/1/labels.txt');
  });
});
