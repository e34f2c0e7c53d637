import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createWorkbench } from '../testing/workbench.ts';

const appText = `[tiled-display]
enable=1
rows=1
columns=1

[source0]
enable=1
type=3
uri=file://a.mp4
num-sources=1

[sink0]
enable=1
type=2

[streammux]
batch-size=1
live-source=0

[primary-gie]
enable=1
config-file=infer.txt

[tests]
file-loop=0
`;

describe("the tutorial's edits", () => {
  test('are one command each, say each line that they change, and are done once', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('app.txt'), appText);
    const edit = async (name: string, ...more: string[]) => {
      const { code, stdout, stderr } = await bench.call(['config', name, 'app.txt', ...more]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    };
    expect(await edit('file-loop')).toBe('app.txt:25: [tests] file-loop=1 (was 0)\n');
    expect(await edit('interval', '4')).toMatch(/^app\.txt:\d+: \[primary-gie\] interval=4\n$/);
    const sources = await edit('sources', 'rtsp://cam/1', 'rtsp://cam/2');
    expect(sources).toContain('[source0] uri=rtsp://cam/1 (was file://a.mp4)\n');
    expect(sources).toContain('[source1] uri=rtsp://cam/2\n');
    expect(sources).toContain('[streammux] batch-size=2 (was 1)\n');
    expect(await edit('rtsp-out', '--port', '8555', '--codec', 'h265')).toContain('rtsp-port=8555\n');
    expect(await edit('message-sink', 'detections', '--frame-interval', '5')).toContain('topic=detections\n');

    const before = await readFile(bench.path('app.txt'), 'utf8');
    expect(before).toContain('codec=2\n');
    expect(await edit('sources', 'rtsp://cam/1', 'rtsp://cam/2')).toBe('app.txt: nothing to change\n');
    expect(await readFile(bench.path('app.txt'), 'utf8')).toBe(before);
  });

  test('write the CSV file that a YAML config keeps its sources in', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('app.yml'), 'source:\n  csv-file-path: cams.csv\nstreammux:\n  batch-size: 1\n');
    const { code, stdout } = await bench.companion(['config', 'sources', 'app.yml', 'rtsp://cam/1', 'rtsp://cam/2']);
    expect(code).toBe(0);
    expect(stdout).toContain('[streammux] batch-size=2 (was 1)\n');
    expect(stdout).toContain('cams.csv: written\n');
    expect(await readFile(bench.path('cams.csv'), 'utf8')).toContain('rtsp://cam/2');
    expect((await readdir(bench.folder)).sort()).toEqual(['app.yml', 'cams.csv']);
    const piped = await bench.call(['config', 'sources', '-', 'rtsp://cam/1'], 'source:\n  csv-file-path: c.csv\n');
    expect(piped).toMatchObject({ code: 2, stdout: '' });
  });

  test('message-sink writes the sensors that an interval needs, and never over another file', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('app.txt'), appText);
    const call = () => bench.call(['config', 'message-sink', 'app.txt', 'detections', '--frame-interval', '5']);
    await writeFile(bench.path('msgconv_sensors.txt'), 'mine');
    const refused = await call();
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(await readFile(bench.path('app.txt'), 'utf8')).toBe(appText);
    await rm(bench.path('msgconv_sensors.txt'));
    const { code, stdout } = await call();
    expect(code).toBe(0);
    expect(stdout).toContain('msg-conv-config=msgconv_sensors.txt\n');
    expect(await readFile(bench.path('msgconv_sensors.txt'), 'utf8')).toBe('[sensor0]\nenable=1\ntype=Camera\nid=0\n');
    const check = await bench.call(['config', 'check', 'app.txt']);
    expect(check.stdout).not.toContain('converter-config-missing');
  });

  test('heartbeat wants to know the size of the sources, and says what it changed', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('app.txt'), appText);
    await bench.call(['config', 'message-sink', 'app.txt', 'detections']);
    const call = (...args: string[]) => bench.call(['config', 'heartbeat', 'app.txt', ...args]);
    expect(await call()).toMatchObject({ code: 2, stderr: expect.stringContaining('--source-size') as string });
    expect(await call('--source-size', 'big')).toMatchObject({ code: 2, stdout: '' });
    const { code, stdout } = await call('--source-size', '640x480', '--resize');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\[streammux\] width=640\n[^]*msg-conv-msg2p-new-api=1\n[^]*msgconv_sensors.txt: written\n/);
  });

  test('sources keeps the further columns of a table', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('app.yml'), 'source:\n  csv-file-path: cams.csv\nstreammux:\n  batch-size: 1\n');
    await writeFile(bench.path('cams.csv'), '# cameras\nenable,type,uri,latency\n1,4,rtsp://old,250\n');
    await bench.call(['config', 'sources', 'app.yml', 'rtsp://cam/1']);
    expect(await readFile(bench.path('cams.csv'), 'utf8')).toBe(
      '# cameras\nenable,type,uri,latency\n1,4,rtsp://cam/1,250\n',
    );
  });

  test('refuse a Service Maker pipeline', async () => {
    await using bench = await createWorkbench();
    const pipeline = 'deepstream:\n  nodes:\n  - type: nvinfer\n  edges:\n    a: b\n';
    await writeFile(bench.path('p.yaml'), pipeline);
    for (const args of [
      ['sources', 'p.yaml', 'rtsp://a'],
      ['rtsp-out', 'p.yaml'],
    ]) {
      const { code, stderr } = await bench.call(['config', ...args]);
      expect(code).toBe(2);
      expect(stderr).toContain('this is a Service Maker pipeline');
    }
    expect(await readFile(bench.path('p.yaml'), 'utf8')).toBe(pipeline);
  });

  test('refuse arguments that make no sense, with exit code 2 and the config as it was', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('app.txt'), appText);
    for (const [name = '', ...args] of [
      ['sources', 'no uri'],
      ['rtsp-out', '--port', '70000'],
      ['rtsp-out', '--codec', 'av1'],
      ['interval', 'often'],
      ['file-loop', 'maybe'],
      ['message-sink'],
      ['heartbeat', '--source-size', '0x480'],
    ]) {
      const { code, stdout, stderr } = await bench.call(['config', name, 'app.txt', ...args]);
      expect({ name, code, stdout }).toEqual({ name, code: 2, stdout: '' });
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect(await readFile(bench.path('app.txt'), 'utf8')).toBe(appText);
  });
});
