import { readFile, readdir, stat } from 'node:fs/promises';
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
    expect(none.stderr()).toContain('-c FILE is missing');
    expect(unknown.stderr()).toContain('--frobnicate');
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

test('it calls itself a stand-in, in its help and in every line', async () => {
  await using release = await makeRelease();
  await using help = startStandIn(['--help']);
  await using run = startStandIn(['-c', release.config]);
  await using broken = startStandIn(['-c', '/nowhere.txt']);
  expect([await help.exit, await run.exit, await broken.exit]).toEqual([0, 0, 255]);
  expect(help.stdout()).toMatch(/^DeepStream stand-in:/);
  const lines = `${run.stderr()}${broken.stderr()}`.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => !line.startsWith('DeepStream stand-in: '))).toEqual([]);
});

test('frame rates are told while it plays', async () => {
  await using release = await makeRelease();
  await release.edit('file-loop=0', 'file-loop=1');
  await using standIn = startStandIn(['-c', release.config]);
  await standIn.until(() =>
    /\*\*PERF: {2}FPS source0 \d+\.\d\d \(\d+\.\d\d\); \d+ messages sent, 0 dropped/.test(standIn.stderr()),
  );
  standIn.kill('SIGINT');
  expect(await standIn.exit).toBe(0);
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
