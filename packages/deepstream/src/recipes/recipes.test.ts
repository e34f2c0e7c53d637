import { describe, expect, test } from 'vitest';
import { ownConfigs, realConfigs } from '../testing/config-corpus.ts';
import { checkAppConfig } from '../app-config/index.ts';
import { parseConfig } from '../config-file/index.ts';
import type { ConfigFile } from '../config-file/index.ts';
import { RecipeError, rtspOut, setFileLoop, setInferenceInterval, setMessageSink, setSources } from './index.ts';
import type { CompanionFile, RecipeErrorCode } from './index.ts';

/** The shape of test5's config for IoT Edge, with what the tutorial edits by hand. */
const appText = `[tiled-display]
enable=1
rows=2
columns=2

# cameras
[source0]
enable=1
type=3
uri=file://../streams/a.mp4
num-sources=2
gpu-id=0

[source1]
enable=1
type=3
uri=file://../streams/b.mp4
num-sources=2
gpu-id=0

[sink0]
enable=1
type=2
sync=1

[sink1]
enable=0
type=6
msg-conv-config=msgconv.txt
msg-conv-payload-type=0
msg-broker-proto-lib=/opt/nvidia/deepstream/deepstream-5.1/lib/libnvds_azure_edge_proto.so
topic=mytopic

[streammux]
live-source=0
batch-size=4  # all of them

[primary-gie]
enable=1
batch-size=4
interval=0
model-engine-file=../models/cars.caffemodel_b4_gpu0_int8.engine

[tests]
file-loop=0
`;

function read(text: string, name = 'app.txt'): ConfigFile {
  const parsed = parseConfig(text, name);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.file;
}

/** The lines that went and came, in order. */
function diff(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const went = old.filter((line, i) => now[i] !== line && now.length === old.length).map((line) => `-${line}`);
  const came = now.filter((line, i) => old[i] !== line).map((line) => `+${line}`);
  return [...went, ...came];
}

/** What a recipe changes; applying it a second time changes nothing. */
function changed(recipe: (config: ConfigFile) => unknown, text = appText, name?: string): string[] {
  const config = read(text, name);
  recipe(config);
  const once = config.toString();
  recipe(config);
  expect(config.toString()).toBe(once);
  const again = read(once, name);
  recipe(again);
  expect(again.toString()).toBe(once);
  return diff(text, once);
}

function codeOf(recipe: () => unknown): RecipeErrorCode | 'none' {
  try {
    recipe();
  } catch (error) {
    if (error instanceof RecipeError) return error.code;
    throw error;
  }
  return 'none';
}

describe('rtspOut', () => {
  test('adds an RTSP sink behind the others and switches the display off', () => {
    expect(changed((config) => rtspOut(config))).toEqual([
      '+enable=0',
      '+[sink2]',
      '+enable=1',
      '+type=4',
      '+codec=1',
      '+sync=0',
      '+bitrate=4000000',
      '+rtsp-port=8554',
      '+udp-port=5400',
      '+',
    ]);
  });

  test('switches the sink on that is there and keeps what is not asked for', () => {
    const text = appText + '[sink3]\nenable=0\ntype=4\ncodec=2\nsync=1\nbitrate=1\nrtsp-port=9\nudp-port=8\n';
    expect(changed((config) => rtspOut(config, { rtspPort: 8555 }), text)).toEqual([
      '-enable=1',
      '-enable=0',
      '-rtsp-port=9',
      '+enable=0',
      '+enable=1',
      '+rtsp-port=8555',
    ]);
  });

  test('refuses a port that is none', () => {
    expect(codeOf(() => rtspOut(read(appText), { rtspPort: 70_000 }))).toBe('invalid-number');
  });
});

describe('setSources', () => {
  const cameras = ['rtsp://a/1', 'rtsp://b/1', 'file:///v/c.mp4'];

  test('writes sources and lets batches, engine, tiles and live-source follow', () => {
    const config = read(appText);
    expect(setSources(config, cameras)).toBeUndefined();
    const text = config.toString();
    expect(text).toContain('[source0]\nenable=1\ntype=4\nuri=rtsp://a/1\nnum-sources=1\ngpu-id=0\n');
    expect(text).toContain('\n[source2]\nenable=1\ntype=2\nuri=file:///v/c.mp4\nnum-sources=1\ngpu-id=0\n');
    expect(text).toContain('live-source=1\nbatch-size=3\n');
    expect(text).toContain('batch-size=3\ninterval=0\nmodel-engine-file=../models/cars.caffemodel_b3_gpu0_int8.engine');
    // Three still fit into two by two with no row to spare.
    expect(text).toContain('rows=2\ncolumns=2\n');
    changed((each) => setSources(each, cameras));
  });

  test('switches off what is too many and goes back to files', () => {
    const config = read(appText);
    setSources(config, cameras);
    setSources(config, ['file://../streams/a.mp4']);
    expect([0, 1, 2].map((i) => config.get(`source${i}`, 'enable'))).toEqual(['1', '0', '0']);
    expect([config.get('tiled-display', 'rows'), config.get('tiled-display', 'columns')]).toEqual(['1', '1']);
    expect([config.get('streammux', 'batch-size'), config.get('streammux', 'live-source')]).toEqual(['1', '0']);
  });

  test('touches only its own lines', () => {
    expect(changed((config) => setSources(config, ['file://../streams/a.mp4', 'file://x.mp4']))).toEqual([
      '-rows=2',
      '-num-sources=2',
      '-uri=file://../streams/b.mp4',
      '-num-sources=2',
      '-batch-size=4  # all of them',
      '-batch-size=4',
      '-model-engine-file=../models/cars.caffemodel_b4_gpu0_int8.engine',
      '+rows=1',
      '+num-sources=1',
      '+uri=file://x.mp4',
      '+num-sources=1',
      '+batch-size=2',
      '+batch-size=2',
      '+model-engine-file=../models/cars.caffemodel_b2_gpu0_int8.engine',
    ]);
  });

  test('leaves a config that the check has nothing to say against', () => {
    const config = read(appText);
    const uris = Array.from({ length: 8 }, (_, i) => `rtsp://camera-${i}/stream`);
    setSources(config, uris);
    const files = { read: (path: string) => (path === 'app.txt' ? config.toBytes() : undefined), exists: () => true };
    const { app, diagnostics } = checkAppConfig({ path: 'app.txt', files });
    expect(app?.sources.filter(({ enabled }) => enabled).map(({ uri }) => uri)).toEqual(uris);
    expect(diagnostics.filter(({ code }) => code !== 'config-file-missing')).toEqual([]);
  });

  const all = '[source-attr-all]\nenable=1\ntype=3\n';
  const mux = '[streammux]\nbatch-size=1\nlive-source=1\n';

  test('fills a source list with as many ids and names of sensors, and makes room for them', () => {
    const list =
      '[source-list]\nnum-source-bins=1\nlist=file://a.mp4\nsensor-id-list=gate\nsensor-name-list=Gate\nuse-nvmultiurisrcbin=1\nmax-batch-size=1\n';
    expect(changed((config) => setSources(config, ['rtsp://a/1', 'rtsp://b/1']), list + all + mux)).toEqual([
      '-num-source-bins=1',
      '-list=file://a.mp4',
      '-sensor-id-list=gate',
      '-sensor-name-list=Gate',
      '-max-batch-size=1',
      '-batch-size=1',
      '+num-source-bins=2',
      '+list=rtsp://a/1;rtsp://b/1',
      '+sensor-id-list=gate;sensor1',
      '+sensor-name-list=Gate;sensor1',
      '+max-batch-size=2',
      '+batch-size=2',
    ]);
  });

  test('leaves a source list that DeepStream takes, whatever was wrong before', () => {
    const broken =
      '[application]\n[source-list]\nnum-source-bins=3\nlist=rtsp://a/1;rtsp://b/1\nsensor-id-list=a;b\nsensor-name-list=A;B\n[source1]\nenable=0\n';
    const config = read(broken + mux);
    setSources(config, ['rtsp://b/1']);
    expect(['list', 'sensor-id-list', 'sensor-name-list'].map((key) => config.get('source-list', key))).toEqual([
      'rtsp://b/1',
      'b',
      'B',
    ]);
    const files = { read: () => config.toBytes(), exists: () => true };
    expect(checkAppConfig({ path: 'app.txt', files }).diagnostics).toEqual([]);
    expect(codeOf(() => setSources(config, ['http://a/1']))).toBe('invalid-uri');
  });

  test('leaves a batch that is kept free for further sources', () => {
    const list = '[source-list]\nnum-source-bins=0\nuse-nvmultiurisrcbin=1\nmax-batch-size=8\n';
    const config = read(list + all + mux);
    setSources(config, ['rtsp://a/1']);
    expect([config.get('source-list', 'max-batch-size'), config.get('streammux', 'batch-size')]).toEqual(['8', '8']);
    expect(config.get('source-list', 'sensor-id-list')).toBe('sensor0');
  });

  test('keeps comments above the header and further columns of a table', () => {
    const config = read('source:\n  csv-file-path: cams.csv\nstreammux:\n  batch-size: 1\n', 'app.yml');
    const table =
      '# cameras\n\nenable,type,uri,latency,camera-id,note\n0,4,rtsp://x,200,7,gate\n#1,4,rtsp://y,100,3,old\n';
    const beside = setSources(config, cameras, (path) => (path === 'cams.csv' ? table : undefined));
    expect(beside?.text).toBe(
      '# cameras\n\nenable,type,uri,latency,camera-id,note\n1,4,rtsp://a/1,200,7,gate\n1,4,rtsp://b/1,100,3,old\n1,2,file:///v/c.mp4,200,0,gate\n',
    );
  });

  test('gives the CSV file of a YAML config', () => {
    const config = read('source:\n  csv-file-path: cams.csv\nstreammux:\n  batch-size: 1\n', 'app.yml');
    expect(setSources(config, cameras)).toEqual({
      path: 'cams.csv',
      text: 'camera-id,enable,type,uri,num-sources,gpu-id,cudadec-memtype\n0,1,4,rtsp://a/1,1,0,0\n1,1,4,rtsp://b/1,1,0,0\n2,1,2,file:///v/c.mp4,1,0,0\n',
    });
    expect(config.toString()).toBe(
      'source:\n  csv-file-path: cams.csv\nstreammux:\n  batch-size: 3\n  live-source: 1\n',
    );
  });

  test('refuses what a config can not hold, before it changes anything', () => {
    const config = read(appText);
    expect(codeOf(() => setSources(config, []))).toBe('no-source');
    for (const uri of ['/v/a.mp4', '', 'rtsp://a b', 'rtsp://a;b', 'rtsp://a\nenable=0', 'rtsp://a,b']) {
      expect(codeOf(() => setSources(config, ['rtsp://ok', uri]))).toBe('invalid-uri');
    }
    expect(config.toString()).toBe(appText);
  });
});

describe('the small recipes', () => {
  test('set the interval of the first inference, and only there', () => {
    expect(changed((config) => setInferenceInterval(config, 4))).toEqual(['-interval=0', '+interval=4']);
    expect(codeOf(() => setInferenceInterval(read('[tests]\n'), 4))).toBe('group-missing');
    expect(codeOf(() => setInferenceInterval(read(appText), 0.5))).toBe('invalid-number');
  });

  test('loop files, and end the loop', () => {
    expect(changed((config) => setFileLoop(config, { enabled: true }))).toEqual(['-file-loop=0', '+file-loop=1']);
    expect(changed((config) => setFileLoop(config, { enabled: false }))).toEqual([]);
    expect(
      changed((config) => setFileLoop(config, { enabled: true }), 'tests:\n  file-loop: 0 # once\n', 'a.yml'),
    ).toEqual(['-  file-loop: 0 # once', '+  file-loop: 1 # once']);
  });
});

describe('setMessageSink with messages that need a description of the sensors', () => {
  const text =
    '[source2]\nenable=1\ntype=4\nuri=rtsp://a\n[source5]\nenable=1\ntype=3\nuri=file://b%d\nnum-sources=2\n[source6]\nenable=0\n';
  const describedBy = (options: Parameters<typeof setMessageSink>[1], more = '') => {
    const config = read(`[application]\n${text}[streammux]\nlive-source=1\nbatch-size=3\n${more}`);
    let beside: CompanionFile | undefined;
    const group = setMessageSink(config, options, (file) => (beside = file));
    return { config, group, beside };
  };

  test('the new API gets a sensor for each stream, with the ids that messages have without it', () => {
    const { config, group, beside } = describedBy({ topic: 't', frameInterval: 5 });
    expect(config.get(group, 'msg-conv-config')).toBe('msgconv_sensors.txt');
    expect(beside?.path).toBe('msgconv_sensors.txt');
    const sensors = read(beside?.text ?? '');
    expect(sensors.groups().map((each) => `${each} ${sensors.get(each, 'id') ?? ''}`)).toEqual([
      'sensor0 2',
      'sensor1 5',
      'sensor2 5-1',
    ]);
    const files = {
      read: (path: string) =>
        path === 'msgconv_sensors.txt' ? new TextEncoder().encode(beside?.text) : config.toBytes(),
      exists: () => true,
    };
    const found = checkAppConfig({ path: 'app.txt', files }).diagnostics;
    expect(found.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  test('the full schema gets one for the number of each source', () => {
    const { beside } = describedBy({ topic: 't', payload: 'full' });
    expect(read(beside?.text ?? '').groups()).toEqual(['sensor2', 'sensor5']);
  });

  test('nothing is added where it is described, or not needed', () => {
    expect(describedBy({ topic: 't' }).beside).toBeUndefined();
    expect(describedBy({ topic: 't', frameInterval: 5, converterConfig: 'mc.txt' }).beside).toBeUndefined();
  });

  test('is refused, with the config as it was, where no file can be written', () => {
    const config = read(appText.replaceAll(/msg-conv-config=.*\n/g, ''));
    const before = config.toString();
    expect(codeOf(() => setMessageSink(config, { topic: 't', frameInterval: 5 }))).toBe('converter-config-missing');
    expect(config.toString()).toBe(before);
  });
});

describe('setMessageSink', () => {
  test('switches the IoT Edge sink on, whatever version its library is of', () => {
    expect(changed((config) => setMessageSink(config, { topic: 'detections' }))).toEqual([
      '-enable=0',
      '-msg-conv-payload-type=0',
      '-topic=mytopic',
      '+enable=1',
      '+msg-conv-payload-type=1',
      '+topic=detections',
    ]);
  });

  test('adds a sink for another adapter and sets an interval that counts', () => {
    const config = read(appText);
    const library = '/opt/nvidia/deepstream/deepstream/lib/libnvds_mqtt_proto.so';
    const options = {
      topic: 't',
      library,
      connection: 'broker;1883',
      converterConfig: 'msgconv.txt',
      frameInterval: 15,
    };
    expect(setMessageSink(config, options)).toBe('sink2');
    expect(config.keys('sink2').map((key) => `${key}=${config.get('sink2', key) ?? ''}`)).toEqual([
      'enable=1',
      'type=6',
      `msg-broker-proto-lib=${library}`,
      'msg-conv-payload-type=1',
      'msg-conv-config=msgconv.txt',
      'msg-broker-conn-str=broker;1883',
      'topic=t',
      'msg-conv-msg2p-new-api=1',
      'msg-conv-frame-interval=15',
    ]);
  });

  test('sets the form where the shared converter decides it', () => {
    const text = appText.replace('topic=mytopic', 'disable-msgconv=1\ntopic=x') + '[message-converter]\nenable=0\n';
    const config = read(text);
    setMessageSink(config, { topic: 'x', payload: 'protobuf' });
    expect(config.get('sink1', 'msg-conv-payload-type')).toBe('0');
    expect([
      config.get('message-converter', 'enable'),
      config.get('message-converter', 'msg-conv-payload-type'),
    ]).toEqual(['1', '2']);
  });
});

describe.each([
  [ownConfigs, 2],
  [realConfigs, 30],
] as const)('every recipe', ({ title, configs }, leastApps) => {
  test.skipIf(configs.length === 0)(`is idempotent on every app config of ${title} and raises no error in it`, () => {
    let apps = 0;
    for (const { name, bytes } of configs) {
      const text = bytes.toString('utf8');
      const report = (bytes: Uint8Array) =>
        checkAppConfig({
          path: name,
          files: { read: (path) => (path === name ? bytes : undefined), exists: () => true },
        });
      const { app } = report(new TextEncoder().encode(text));
      if (app === undefined) continue;
      apps += 1;
      changed(
        (config) => {
          setSources(config, ['rtsp://a/1', 'file:///b.mp4', 'rtsp://c/1']);
          rtspOut(config);
          if (app.primaryGies.length > 0) setInferenceInterval(config, 2);
          setFileLoop(config, { enabled: true });
          setMessageSink(config, { topic: 'detections' });
          const errors = report(config.toBytes()).diagnostics.filter(({ severity }) => severity === 'error');
          expect(errors, name).toEqual([]);
        },
        text,
        name,
      );
    }
    expect(apps).toBeGreaterThanOrEqual(leastApps);
  });
});

describe('a config of another kind', () => {
  test.each([
    ['a Service Maker pipeline', 'p.yaml', 'deepstream:\n  nodes:\n  - type: nvinfer\n  edges:\n    a: b\n'],
    ['a config of nvinfer', 'infer.txt', '[property]\nonnx-file=a.onnx\n'],
    ['a config of the tracker', 't.yml', '%YAML:1.0\nBaseConfig:\n  minDetectorConfidence: 0\n'],
  ])('%s is refused by every recipe and stays as it is', (name, path, text) => {
    const parsed = parseConfig(text, path);
    if (!parsed.ok) throw new Error(parsed.error.message);
    const { file } = parsed;
    for (const edit of [
      () => setSources(file, ['rtsp://a/1']),
      () => rtspOut(file),
      () => setMessageSink(file, { topic: 'x' }),
      () => setInferenceInterval(file, 1),
      () => setFileLoop(file, { enabled: true }),
    ]) {
      expect(edit).toThrow(`this is ${name}`);
    }
    expect(file.toString()).toBe(text);
  });
});
