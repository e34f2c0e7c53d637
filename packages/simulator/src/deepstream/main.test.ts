import { appendFile, readFile, readdir, rename, stat } from 'node:fs/promises';
import { parseMessage } from '@companion/deepstream/message';
import { describe, expect, test } from 'vitest';
import { sampleFrames, makeRelease, recordingOf } from './testing/release.ts';
import { startStandIn } from './testing/stand-in.ts';

const untracked = '18446744073709551615';
const engineFile = 'models/net/net.caffemodel_b2_gpu0_fp16.engine';

describe('the minimal schema', () => {
  test('sends one message a frame, none for an empty one, the first at the epoch, and ends with the streams', async () => {
    await using release = await makeRelease();
    const before = Date.now();
    await using standIn = startStandIn(['-c', release.config]);
    expect(await standIn.exit).toBe(0);
    const [first, second, ...more] = standIn.messages();
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      version: '4.0',
      id: '0',
      '@timestamp': '1970-01-01T00:00:00.000Z',
      sensorId: 'Yard',
    });
    expect(first?.['objects']).toEqual([expect.stringMatching(/^7\|10\|20\|110\|70\|Car(\||$)/)]);
    expect(second).toMatchObject({ id: '2', sensorId: 'Yard' });
    expect(second?.['objects']).toEqual([
      expect.stringMatching(/^7\|11\|20\|111\|70\|Car(\||$)/),
      expect.stringMatching(new RegExp(`^${untracked}\\|300\\|200\\|340\\|300\\|Person(\\||$)`)),
    ]);
    const stamp = Date.parse(String(second?.['@timestamp']));
    expect(stamp).toBeGreaterThanOrEqual(before);
    expect(stamp).toBeLessThanOrEqual(Date.now());
    expect(standIn.stderr()).toContain('end of all streams');
    expect(standIn.stderr()).toContain('2 messages sent, 0 dropped');
  });

  test('calls the sensor 0 where nothing names it, and every object untracked without a tracker', async () => {
    await using release = await makeRelease();
    await release.edit('msg-conv-config=msgconv.txt\n', '');
    await release.edit('[tracker]\nenable=1', '[tracker]\nenable=0');
    await using standIn = startStandIn(['-c', release.config]);
    expect(await standIn.exit).toBe(0);
    expect(standIn.messages().map((message) => message['sensorId'])).toEqual(['0', '0']);
    expect(standIn.messages()[0]?.['objects']).toEqual([expect.stringMatching(new RegExp(`^${untracked}\\|`))]);
  });
});

test('the full schema sends one message an object', async () => {
  await using release = await makeRelease();
  await release.edit('msg-conv-payload-type=1', 'msg-conv-payload-type=0');
  await using standIn = startStandIn(['-c', release.config]);
  expect(await standIn.exit).toBe(0);
  const messages = standIn.messages();
  expect(messages).toHaveLength(3);
  expect(messages[0]).toMatchObject({
    mdsversion: '1.0',
    '@timestamp': '1970-01-01T00:00:00.000Z',
    place: null,
    sensor: { id: 'Yard' },
    analyticsModule: null,
    object: { id: '7', Car: {}, bbox: { topleftx: 10, toplefty: 20, bottomrightx: 110, bottomrighty: 70 } },
    event: { type: 'entry' },
    videoPath: '',
  });
  expect(messages.map((message) => (message['object'] as { id: string }).id)).toEqual(['7', '7', untracked]);
  expect(messages[1]?.['@timestamp']).toBe(messages[2]?.['@timestamp']);
});

test.each([0, 1])('with payload %i and -m 1 no object has a confidence: test5 sends 0', async (payload) => {
  await using release = await makeRelease();
  if (payload === 0) await release.edit('msg-conv-payload-type=1', 'msg-conv-payload-type=0');
  await using standIn = startStandIn(['-c', release.config, '-m', '1']);
  expect(await standIn.exit).toBe(0);
  const read = standIn.messages().map((message) => parseMessage(JSON.stringify(message)));
  const seen = read.flatMap((message) => (message.ok ? message.frames : [])).flatMap(({ detections }) => detections);
  expect(seen.map(({ confidence }) => confidence)).toEqual([null, null, null]);
  expect(standIn.stdout()).toMatch(payload === 1 ? /\|0"/ : /"confidence" : 0\.0/);
});

test('file-loop plays on with later frames, later stamps and new ids until SIGINT, which ends it with 0', async () => {
  await using release = await makeRelease();
  await release.edit('file-loop=0', 'file-loop=1');
  await using standIn = startStandIn(['-c', release.config], { DEEPSTREAM_STAND_IN_FPS: '200' });
  await standIn.until(() => standIn.messages().length >= 5);
  standIn.kill('SIGINT');
  expect(await standIn.exit).toBe(0);
  const messages = standIn.messages();
  expect(messages.slice(0, 5).map((message) => message['id'])).toEqual(['0', '2', '3', '5', '6']);
  const ids = messages.slice(0, 5).map((message) => (message['objects'] as string[])[0]?.split('|')[0]);
  expect(ids).toEqual(['7', '7', '15', '15', '23']);
  const stamps = messages.slice(1).map((message) => Date.parse(String(message['@timestamp'])));
  expect(stamps.every((stamp, at) => at === 0 || stamp > (stamps[at - 1] ?? 0))).toBe(true);
  expect(standIn.stderr()).toContain('interrupted');
});

test('a recorded rate sets the pace: stamps are as far apart as frames are', async () => {
  await using release = await makeRelease();
  await release.write(
    'streams/yard/yard.detections.jsonl',
    recordingOf([0, 1, 2].map((frame) => ({ frame, objects: sampleFrames[0]?.objects ?? [] }))),
  );
  await using standIn = startStandIn(['-c', release.config]);
  expect(await standIn.exit).toBe(0);
  const [, second, third] = standIn.messages().map((message) => Date.parse(String(message['@timestamp'])));
  expect((third ?? 0) - (second ?? 0)).toBe(20);
});

test('SIGTERM is ignored', async () => {
  await using release = await makeRelease();
  await release.edit('file-loop=0', 'file-loop=1');
  await using standIn = startStandIn(['-c', release.config]);
  await standIn.until(() => standIn.messages().length >= 1);
  standIn.kill('SIGTERM');
  const sent = standIn.messages().length;
  await standIn.until(() => standIn.messages().length >= sent + 4);
  expect(standIn.running()).toBe(true);
  standIn.kill('SIGINT');
  expect(await standIn.exit).toBe(0);
});

describe('engines', () => {
  test('the first start builds one beside the model and says so, the second finds it', async () => {
    await using release = await makeRelease();
    await using first = startStandIn(['-c', release.config], { DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS: '100' });
    expect(await first.exit).toBe(0);
    expect(first.stderr()).toContain('builds the engine: 50 %');
    expect(first.stderr()).toContain(`wrote the engine ${release.path(engineFile)}`);
    expect(await readFile(release.path(engineFile), 'utf8')).toContain('stand-in');
    const { mtimeMs } = await stat(release.path(engineFile));

    await using second = startStandIn(['-c', release.config], { DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS: '3600000' });
    expect(await second.exit).toBe(0);
    expect(second.stderr()).toContain(`uses the engine ${release.path(engineFile)}`);
    expect((await stat(release.path(engineFile))).mtimeMs).toBe(mtimeMs);
  });

  test('SIGINT while building ends with 0 and leaves nothing behind', async () => {
    await using release = await makeRelease();
    await using standIn = startStandIn(['-c', release.config], { DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS: '3600000' });
    await standIn.until(() => standIn.stderr().includes('builds one from'));
    standIn.kill('SIGINT');
    expect(await standIn.exit).toBe(0);
    expect((await readdir(release.path('models/net'))).filter((name) => name.includes('engine'))).toEqual([]);
    expect(standIn.stdout()).toBe('');
  });
});

describe('what it cannot start with ends it with 255 and a line that names file and reason', () => {
  test('a missing config', async () => {
    await using release = await makeRelease();
    await using standIn = startStandIn(['-c', release.path('nowhere.txt')]);
    expect(await standIn.exit).toBe(255);
    expect(standIn.stderr()).toContain(`CONFIG_MISSING ${release.path('nowhere.txt')}: no such file`);
  });

  test('a missing model', async () => {
    await using release = await makeRelease();
    await release.remove('models/net/net.caffemodel');
    await using standIn = startStandIn(['-c', release.config]);
    expect(await standIn.exit).toBe(255);
    expect(standIn.stderr()).toContain(`MODEL_MISSING ${release.path('models/net/net.caffemodel')}`);
  });

  test('no config named, or an option that nobody knows', async () => {
    await using none = startStandIn([]);
    await using unknown = startStandIn(['--frobnicate']);
    expect([await none.exit, await unknown.exit]).toEqual([255, 255]);
    expect(none.stderr()).toContain('Specify config file with -c option');
    expect(unknown.stderr()).toContain('Unknown option --frobnicate');
    expect(unknown.stdout()).toContain('Usage: deepstream-test5-app');
  });

  test('a setting that makes no sense', async () => {
    await using release = await makeRelease();
    await using standIn = startStandIn(['-c', release.config], { DEEPSTREAM_STAND_IN_FPS: 'fast' });
    expect(await standIn.exit).toBe(255);
    expect(standIn.stderr()).toContain('DEEPSTREAM_STAND_IN_FPS');
  });
});

test('outside IoT Edge it does not start, and says what is missing', async () => {
  await using release = await makeRelease();
  await using standIn = startStandIn(['-c', release.config], { DEEPSTREAM_STAND_IN_SINK: 'hub' });
  expect(await standIn.exit).toBe(255);
  expect(standIn.stderr()).toMatch(/ENVIRONMENT_INVALID .*IOTEDGE_WORKLOADURI/);
});

test('SIGINT ends it with 0 while the hub cannot be reached', async () => {
  await using release = await makeRelease();
  await using standIn = startStandIn(['-c', release.config], {
    DEEPSTREAM_STAND_IN_SINK: 'hub',
    // The discard port of loopback: nobody listens there.
    EdgeHubConnectionString:
      'HostName=nowhere.invalid;GatewayHostName=127.0.0.1:9;DeviceId=d;ModuleId=m;SharedAccessKey=c2VjcmV0',
  });
  await standIn.until(
    () => standIn.stdout().includes('wrote the engine') && standIn.stderr().includes('"level":"warn"'),
  );
  standIn.kill('SIGINT');
  expect(await standIn.exit).toBe(0);
  expect(standIn.stdout()).toContain('0 messages sent');
});

test('it calls itself a stand-in, in its help, in its first line and in every reason', async () => {
  await using release = await makeRelease();
  await using help = startStandIn(['--help']);
  await using run = startStandIn(['-c', release.config]);
  await using broken = startStandIn(['-c', '/nowhere.txt']);
  expect([await help.exit, await run.exit, await broken.exit]).toEqual([0, 0, 255]);
  expect(help.stdout()).toMatch(/^DeepStream stand-in:/);
  expect(run.stderr()).toMatch(/^DeepStream stand-in: a stand-in for DeepStream 6\.2, no GPU and no inference/);
  expect(run.stderr()).toMatch(/DeepStream stand-in: Quitting\nDeepStream stand-in: App run successful\n$/);
  const lines = broken.stderr().trimEnd().split('\n');
  expect(lines.filter((line) => !line.startsWith('DeepStream stand-in: '))).toEqual([]);
});

test('frame rates are printed while it plays, as the real app prints them', async () => {
  await using release = await makeRelease();
  await release.edit('file-loop=0', 'file-loop=1');
  await using standIn = startStandIn(['-c', release.config]);
  const report =
    /Active sources : 1\n\n\*\*PERF: {2}FPS 0 \(Avg\)\t\n\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\n\*\*PERF: {2}\d+\.\d\d \(\d+\.\d\d\)\t\n/;
  await standIn.until(() => report.test(standIn.stderr()));
  standIn.kill('SIGINT');
  expect(await standIn.exit).toBe(0);
  expect(standIn.stderr()).toContain('User Interrupted..');
});

test('two configs run beside each other, each with its own rates', async () => {
  await using release = await makeRelease();
  await using other = await makeRelease();
  await other.write('configs/park/msgconv.txt', '[sensor0]\nenable=1\nid=Gate\n');
  for (const each of [release, other]) await each.edit('file-loop=0', 'file-loop=1');
  await using standIn = startStandIn(['-c', release.config, '-c', other.config]);
  await standIn.until(() => ['PERF(0): ', 'PERF(1): '].every((title) => standIn.stderr().includes(title)));
  standIn.kill('SIGINT');
  expect(await standIn.exit).toBe(0);
  expect(new Set(standIn.messages().map((message) => message['sensorId']))).toEqual(new Set(['Yard', 'Gate']));
});

test('protobuf goes out as bytes', async () => {
  await using release = await makeRelease();
  await release.edit('msg-conv-payload-type=1', 'msg-conv-payload-type=2');
  await using standIn = startStandIn(['-c', release.config]);
  expect(await standIn.exit).toBe(0);
  expect(standIn.stdout()).toContain('\n\u00034.0');
  expect(standIn.stdout()).toContain('Yard');
});

test('the new API without a converter config ends at the first frame with SIGSEGV, and says why', async () => {
  await using release = await makeRelease();
  await release.edit('msg-conv-config=msgconv.txt', 'msg-conv-msg2p-new-api=1');
  await using standIn = startStandIn(['-c', release.config]);
  expect(await standIn.exit).toBe('SIGSEGV');
  expect(standIn.stderr()).toContain('without msg-conv-config: crashes here, as DeepStream does');
});

describe('stdin', () => {
  test('at its end makes 25 blank lines a second, where floods are wanted', async () => {
    await using release = await makeRelease();
    await release.edit('file-loop=0', 'file-loop=1');
    await using standIn = startStandIn(['-c', release.config], { DEEPSTREAM_STAND_IN_FLOODS: '1' });
    await standIn.until(() => /\n{20}/.test(standIn.stderr()));
    standIn.kill('SIGINT');
    expect(await standIn.exit).toBe(0);
  });

  test('that is open and silent makes none, and a q ends the app', async () => {
    await using release = await makeRelease();
    await release.edit('file-loop=0', 'file-loop=1');
    await using standIn = startStandIn(['-c', release.config], { DEEPSTREAM_STAND_IN_FLOODS: '1' }, 'pipe');
    await standIn.until(() => standIn.messages().length >= 40);
    expect(standIn.stderr()).not.toContain('\n\n\n');
    standIn.type('q');
    expect(await standIn.exit).toBe(0);
  });
});

describe('an override file', () => {
  const override = (engine: string): string =>
    `[primary-gie]\nenable=1\nconfig-file=../../models/net/infer.txt\nmodel-engine-file=${engine}\n`;

  test('that is written in place changes the model, as the real app says it', async () => {
    await using release = await makeRelease();
    await release.edit('file-loop=0', 'file-loop=1');
    await release.write('configs/park/ota.txt', '');
    const path = release.path('configs/park/ota.txt');
    await using standIn = startStandIn(['-c', release.config, '-o', path]);
    await standIn.until(() => standIn.messages().length >= 1);
    await release.write('models/net/later.engine', 'engine');
    await release.write('configs/park/ota.txt', override('../../models/net/later.engine'));
    await standIn.until(() => standIn.stderr().includes('result:'));
    const engine = release.path('models/net/later.engine');
    expect(standIn.stderr()).toContain(`REAL PATH = ${path}\n`);
    expect(standIn.stderr()).toContain(
      `File ota.txt modified.\n\nNew Model Update Request primary_gie ----> ${engine}\n`,
    );
    expect(standIn.stderr()).toMatch(/\nModel Update Status: Updated model : .*, OTATime = [\d.]+ ms, result: ok \n/);
    await release.write('configs/park/ota.txt', override('../../models/net/nowhere.engine'));
    await standIn.until(() => standIn.stderr().includes('result: failed'));
    standIn.kill('SIGINT');
    expect(await standIn.exit).toBe(0);
  });

  test.each([
    [
      'not enabled: nothing is said',
      (text: string) => text.replace('enable=1', 'enable=0'),
      /File ota.txt modified\.\n/,
      /Request/,
    ],
    [
      'without config-file: refused',
      (text: string) => text.replace(/config-file=.*infer.*\n/, ''),
      /Failed to parse config file/,
      /Request/,
    ],
    [
      'with a source: refused',
      (text: string) => `${text}[source0]\nenable=1\n`,
      /Failed to parse config file/,
      /Request/,
    ],
    [
      'without an engine: invalid',
      (text: string) => text.replace(/model-engine.*/, ''),
      /Invalid New Model Update Request/,
      /----/,
    ],
    [
      'with labels that are missing: refused',
      (text: string) => `${text}labelfile-path=no.txt\n`,
      /Failed to parse/,
      /Request/,
    ],
  ])('is %s', async (_what, change, said, unsaid) => {
    await using release = await makeRelease();
    await release.edit('file-loop=0', 'file-loop=1');
    await release.write('configs/park/ota.txt', '');
    await using standIn = startStandIn(['-c', release.config, '-o', release.path('configs/park/ota.txt')]);
    await standIn.until(() => standIn.messages().length >= 1);
    await release.write('configs/park/ota.txt', change(override('x.engine')));
    await standIn.until(() => said.test(standIn.stderr()));
    expect(standIn.stderr()).not.toMatch(unsaid);
  });

  test('that is replaced by a rename changes nothing', async () => {
    await using release = await makeRelease();
    await release.edit('file-loop=0', 'file-loop=1');
    await release.write('configs/park/ota.txt', '');
    await using standIn = startStandIn(['-c', release.config, '-o', release.path('configs/park/ota.txt')]);
    await standIn.until(() => standIn.messages().length >= 1);
    await release.write('elsewhere.txt', override('x.engine'));
    await rename(release.path('elsewhere.txt'), release.path('configs/park/ota.txt'));
    // A later write is seen: the rename before it was not.
    await appendFile(release.path('configs/park/ota.txt'), '# again\n');
    await standIn.until(() => standIn.stderr().includes('modified'));
    expect(standIn.stderr().match(/modified/g)).toHaveLength(1);
  });
});

test('a file of messages is sent line by line as it is, then it waits for SIGINT', async () => {
  await using release = await makeRelease();
  const lines = Array.from({ length: 500 }, (_, n) => `{"n":${n}, "text":"a\u2028b  ü"}`);
  await release.write('messages.jsonl', `${lines.slice(0, 250).join('\n')}\n\n${lines.slice(250).join('\n')}`);
  await using standIn = startStandIn(['-c', release.config], {
    DEEPSTREAM_STAND_IN_REPLAY: release.path('messages.jsonl'),
  });
  await standIn.until(() => standIn.stderr().includes('stays until SIGINT'));
  expect(standIn.stdout()).toBe(`${lines.join('\n')}\n`);
  expect(standIn.stderr()).toContain('replayed 500 messages');
  standIn.kill('SIGINT');
  expect(await standIn.exit).toBe(0);
});

test('a replay without its file or without a message sink does not start', async () => {
  await using release = await makeRelease();
  await release.edit('type=6', 'type=1');
  await using standIn = startStandIn(['-c', release.config], {
    DEEPSTREAM_STAND_IN_REPLAY: release.path('nowhere.jsonl'),
  });
  expect(await standIn.exit).toBe(255);
  expect(standIn.stderr()).toContain(`REPLAY_MISSING ${release.path('nowhere.jsonl')}`);
  expect(standIn.stderr()).toContain('NOTHING_TO_PLAY');
});
