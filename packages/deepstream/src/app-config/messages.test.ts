import { describe, expect, test } from 'vitest';
import { checkAppConfig } from './index.ts';

const sink = `enable=1
type=6
msg-conv-config=mc.txt
msg-conv-payload-type=1
msg-broker-proto-lib=/opt/nvidia/deepstream/deepstream/lib/libnvds_azure_edge_proto.so
topic=detections
`;
const sources = '[source2]\nenable=1\ntype=4\nuri=rtsp://a/1\n[source5]\nenable=1\ntype=4\nuri=rtsp://a/2\n';
const mux = '[streammux]\nlive-source=1\nbatch-size=2\nwidth=1920\nheight=1080\n';

/** Findings as `severity stage code line`. */
function findings(app: string, files: Readonly<Record<string, string>> = {}, name = 'app.txt'): readonly string[] {
  const all: Readonly<Record<string, string>> = {
    [`/r/${name}`]: app,
    '/r/mc.txt': '[sensor2]\nenable=1\n[sensor5]\nenable=1\n',
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`/r/${path}`, text])),
  };
  const report = checkAppConfig({
    path: `/r/${name}`,
    files: {
      read: (path) => (all[path] === undefined ? undefined : new TextEncoder().encode(all[path])),
      exists: (path) => (path.startsWith('/r/') ? all[path] !== undefined : undefined),
    },
  });
  return report.diagnostics.map(({ severity, stage, code, at: { file, line } }) => {
    const text = all[file]?.split('\n')[line - 1] ?? '';
    return `${severity} ${stage} ${code} ${text}`;
  });
}

const app = (changedSink: string, rest = '') => `[application]\n${sources}${mux}[sink0]\n${changedSink}${rest}`;

describe('the check of messages', () => {
  test('finds nothing where each source has its sensor by number', () => {
    expect(findings(app(sink))).toEqual([]);
    expect(findings(app(sink), { 'mc.txt': '[sensor0]\nenable=1\n[sensor1]\nenable=1\n' })).toEqual([
      'warning runtime sensors-below-sources [sensor0]',
    ]);
    expect(findings(app(sink), { 'mc.txt': '[sensor2]\nenable=1\n[sensor5]\nenable=0\n' })).toHaveLength(1);
  });

  test('takes sensors of the new API by the place of the stream', () => {
    const newApi = app(sink.replace('topic', 'msg-conv-msg2p-new-api=true\ntopic'));
    const units = 'info runtime box-units width=1920';
    expect(findings(newApi)).toEqual([units, 'warning runtime sensors-below-sources [sensor2]']);
    expect(findings(newApi, { 'mc.txt': '[sensor0]\nenable=1\n[sensor1]\nenable=1\n' })).toEqual([units]);
  });

  test('finds what crashes DeepStream or does not start', () => {
    const bare = sink.replace('msg-conv-config=mc.txt\n', '');
    expect(findings(app(bare))).toEqual([]);
    expect(findings(app(`${bare}msg-conv-msg2p-new-api=1\n`))).toContain(
      'error runtime converter-config-missing msg-conv-msg2p-new-api=1',
    );
    expect(findings(app(bare.replace('type=1', 'type=0')))).toEqual([
      'error plugin converter-config-missing msg-conv-payload-type=0',
    ]);
    expect(findings(app(bare.replace('msg-conv-payload-type=1', 'msg-conv-msg2p-lib=/opt/x.so')))).toEqual([]);
    const shared = '[message-converter]\nenable=1\nmsg-conv-payload-type=2\nmsg-conv-msg2p-new-api=1\n';
    expect(findings(app(`${sink}disable-msgconv=1\n`, shared))).toContain(
      'error runtime converter-config-missing msg-conv-msg2p-new-api=1',
    );
  });

  test('finds dummy payloads, which overwrite objects', () => {
    expect(findings(app(`${sink}msg-conv-dummy-payload=1\n`))).toEqual([
      'warning runtime dummy-payload msg-conv-dummy-payload=1',
    ]);
  });

  test('finds error propagation together with the Azure adapter', () => {
    const list =
      '[source-list]\nlist=rtsp://a/1\nenable-error-propagation=1\n[source-attr-all]\nenable=1\n[streammux]\nlive-source=1\n';
    const text = `[application]\n${list}[sink0]\n${sink}`;
    const one = { 'mc.txt': '[sensor0]\nenable=1\n' };
    expect(findings(text, one)).toEqual(['error runtime error-propagation-with-azure enable-error-propagation=1']);
    expect(findings(text.replace('azure_edge', 'mqtt'), one)).toEqual([]);
    expect(findings(text.replace('propagation=1', 'propagation=0'), one)).toEqual([]);
  });
});

describe('the check of box units', () => {
  const camera = (width: number) =>
    app(sink).replace('type=4\nuri=rtsp://a/2', `type=1\ncamera-width=${width}\ncamera-height=1080`);

  test('warns where a camera has another size than streammux', () => {
    expect(findings(camera(1920))).toEqual([]);
    expect(findings(camera(1280))).toEqual(['warning runtime box-units width=1920']);
  });
});

describe('the check of lists and tables of sources', () => {
  const list = (...lines: readonly string[]) =>
    findings(
      `[application]\n[source-list]\n${lines.join('\n')}\n[source-attr-all]\nenable=1\ntype=3\n[streammux]\nlive-source=1\nbatch-size=1\n[primary-gie]\nenable=1\nbatch-size=1\nconfig-file=/opt/a\n`,
    );

  test('batches follow a list by themselves, or max-batch-size', () => {
    expect(list('list=rtsp://a;rtsp://b;rtsp://c')).toEqual([]);
    expect(list('list=rtsp://a;rtsp://b', 'use-nvmultiurisrcbin=1', 'max-batch-size=2')).toEqual([]);
    expect(list('list=rtsp://a;rtsp://b', 'use-nvmultiurisrcbin=1', 'max-batch-size=1')).toEqual([
      'warning runtime batch-size-below-sources max-batch-size=1',
    ]);
    expect(list('num-source-bins=0', 'use-nvmultiurisrcbin=1', 'max-batch-size=4')).toEqual([]);
    expect(list('num-source-bins=0')).toEqual(['error runtime no-source [source-list]']);
  });

  const table = (csv: string) =>
    findings(
      `application:\n  x: 1\nsource:\n  csv-file-path: s.csv\nstreammux:\n  live-source: 1\n  batch-size: 9\n`,
      { 's.csv': csv },
      'app.yml',
    );

  test('takes comments and blank lines above the header of a table only', () => {
    expect(table('# cameras\n\n  # more\nenable,type,uri\n1,4,rtsp://a\n')).toEqual([]);
    expect(table('enable,type,uri\n1,4,rtsp://a\n#1,4,rtsp://b\n')).toEqual([
      'error parser csv-row-invalid #1,4,rtsp://b',
    ]);
    expect(table('enable,type,uri\n1,4,rtsp://a\n\n')).toEqual(['error parser csv-row-invalid ']);
    expect(table('enable,type,uri,latency\n1,4,rtsp://a\n')).toEqual(['error parser csv-row-invalid 1,4,rtsp://a']);
    expect(table('enable,type,uri,note\n1,4,rtsp://a,x\n1,4,rtsp://b,\n').slice(0, 1)).toEqual([]);
  });
});

describe('the check of an engine that a library creates', () => {
  const infer = '[property]\nengine-create-func-name=create\ncustom-lib-path=/opt/l.so\nnetwork-mode=2\nbatch-size=4\n';
  const gie = (engine: string) =>
    `[application]\n${sources}${mux}[primary-gie]\nenable=1\nbatch-size=2\nconfig-file=infer.txt\n${engine}`;

  test('says that it goes to the working directory, and what to write', () => {
    expect(findings(gie(''), { 'infer.txt': infer })).toEqual([
      'warning plugin engine-in-working-directory engine-create-func-name=create',
    ]);
    expect(findings(gie('model-engine-file=yolo.engine\n'), { 'infer.txt': infer })).toEqual([
      'warning plugin engine-in-working-directory model-engine-file=yolo.engine',
    ]);
    const right = 'model-engine-file=model_b2_gpu0_fp16.engine\n';
    expect(findings(gie(right), { 'infer.txt': infer })).toEqual([
      `info plugin engine-in-working-directory ${right.trimEnd()}`,
    ]);
    expect(findings(gie(right), { 'infer.txt': infer, 'model_b2_gpu0_fp16.engine': '' })).toEqual([]);
  });
});
