import { describe, expect, test } from 'vitest';
import { checkAppConfig } from '../app-config/index.ts';
import { parseConfig } from '../config-file/index.ts';
import type { CompanionFile } from './companion-file.ts';
import { setHeartbeat, type HeartbeatOptions } from './heartbeat.ts';

const hd = { width: 1920, height: 1080 };
const app = `[application]
[source0]
enable=1
type=4
uri=rtsp://camera/1
[sink1]
enable=1
type=6
msg-conv-config=msgconv.txt
msg-conv-payload-type=1
msg-broker-proto-lib=/opt/libnvds_azure_edge_proto.so
topic=detections
[streammux]
batch-size=1
width=1920
height=1080
`;

function edit(text: string, options: HeartbeatOptions): { readonly text: string; readonly beside?: CompanionFile } {
  const parsed = parseConfig(text, 'app.txt');
  if (!parsed.ok) throw new Error(parsed.error.message);
  let beside: CompanionFile | undefined;
  setHeartbeat(parsed.file, options, (file) => (beside = file));
  return { text: parsed.file.toString(), ...(beside !== undefined && { beside }) };
}

describe('the heartbeat', () => {
  test('takes the new API for all sinks that send messages, and nothing else', () => {
    const on = 'topic=detections\nmsg-conv-msg2p-new-api=1\n';
    expect(edit(app, { sourceSize: hd }).text).toBe(app.replace('topic=detections\n', on));
    const twice = edit(edit(app, { sourceSize: hd }).text, {}).text;
    expect(twice).toBe(app.replace('topic=detections\n', on));
    expect(edit(app, { sourceSize: hd, frameInterval: 5 }).text).toContain('msg-conv-frame-interval=5\n');
  });

  test('goes to the converter that sinks share', () => {
    const shared = `${app.replace('enable=1\ntype=6', 'enable=1\ntype=6\ndisable-msgconv=1')}[message-converter]\nenable=1\nmsg-conv-config=m.txt\nmsg-conv-payload-type=1\n`;
    const { text } = edit(shared, { sourceSize: hd });
    expect(text).toBe(`${shared}msg-conv-msg2p-new-api=1\n`);
  });

  test('describes the sensors where nothing does: DeepStream crashes without', () => {
    const { text, beside } = edit(app.replace('msg-conv-config=msgconv.txt\n', ''), { sourceSize: hd });
    expect(text).toContain('msg-conv-config=msgconv_sensors.txt\n');
    expect(beside?.text).toContain('[sensor0]');
    const files = {
      read: (path: string) => new TextEncoder().encode(path === 'app.txt' ? text : (beside?.text ?? '')),
      exists: () => true,
    };
    const { diagnostics } = checkAppConfig({ path: 'app.txt', files });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('lets streammux take the size of the sources where it is told to', () => {
    const { text } = edit(app, { sourceSize: { width: 1280, height: 720 }, resize: true });
    expect(text).toContain('width=1280\nheight=720\n');
  });

  test.each<[string, string, HeartbeatOptions, string]>([
    ['the size of the sources is not known', app, {}, 'size-unknown'],
    ['sources and streammux differ in size', app, { sourceSize: { width: 1280, height: 720 } }, 'size-differs'],
    [
      'messages are of objects',
      app.replace('type=1\nmsg-b', 'type=0\nmsg-b'),
      { sourceSize: hd },
      'payload-without-frames',
    ],
    ['no sink sends messages', app.replace('type=6', 'type=1'), { sourceSize: hd }, 'group-missing'],
    ['the interval is no count', app, { sourceSize: hd, frameInterval: 0 }, 'invalid-number'],
  ])('is refused where %s, with the config as it was', (_why, text, options, code) => {
    const parsed = parseConfig(text, 'app.txt');
    if (!parsed.ok) throw new Error(parsed.error.message);
    expect(() => setHeartbeat(parsed.file, options)).toThrow(expect.objectContaining({ code }) as Error);
    expect(parsed.file.toString()).toBe(text);
  });
});
