import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { startArtifactServer } from '../testing/artifact-server.ts';
import { createWorkbench, type Workbench } from '../testing/workbench.ts';

const keyFile = '[source0]\nenable=1\ntype=4\nuri=rtsp://a/b\n\n[streammux]\nbatch-size=1\nlive-source=1\n';

/** A volume with one release, made by `companion apply`. */
async function fill(bench: Workbench): Promise<string> {
  await using server = await startArtifactServer();
  const root = bench.path('volume');
  const twin = {
    artifacts: {
      app: { kind: 'config', ...server.put('app.txt', keyFile) },
      net: { kind: 'model', ...server.put('net.bin', 'weights') },
    },
    deepstream: { config: 'configs/app/app.txt', sources: ['rtsp://u:s3cret@cam/live'] },
    policy: { freeBytesFloor: 0 },
  };
  await writeFile(bench.path('desired.json'), JSON.stringify(twin));
  const { stdout } = await bench.call(['apply', `--desired=${bench.path('desired.json')}`, `--root=${root}`, '--json']);
  return (JSON.parse(stdout) as { release: string }).release;
}

describe('companion status', () => {
  test('says what the volume holds, as text and as JSON, and shows no password', async () => {
    await using bench = await createWorkbench();
    const release = await fill(bench);
    const root = bench.path('volume');
    await writeFile(`${root}/partial/${'a'.repeat(64)}.part`, 'half');
    await writeFile(
      `${root}/supervisor.status`,
      `state=running\nrelease=${release}\nstarts=2\nexitCode=139\nsince=1760000000\nsupervisor=7\n`,
    );
    const { code, stdout } = await bench.companion(['status', '--root', root]);
    expect(code).toBe(0);
    for (const line of [
      `current     ${release}`,
      '  runs      configs/app/app.txt',
      '  model     net ',
      '  source    rtsp://cam/live',
      `activation  ${release} is on trial (DeepStream is still to be told), by supervisor`,
      'active      none proven healthy yet',
      `supervisor  running ${release} since 2025-10-09T08:53:20.000Z, 2 starts, last exit code 139`,
      'store       2 entries, ',
      `partial     ${'a'.repeat(64)} 4 B`,
      'free        ',
    ]) {
      expect(stdout).toContain(line);
    }
    const json = await bench.call(['status', `--root=${root}`, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      current: release,
      active: null,
      activation: { phase: 'trying', release },
      releases: [{ id: release, whole: true, config: 'configs/app/app.txt', sources: ['rtsp://cam/live'] }],
      store: { entries: 2, sizeBytes: keyFile.length + 'weights'.length },
      partial: [{ sizeBytes: 4 }],
      supervisor: { state: 'running', exitCode: 139 },
    });
    expect(stdout + json.stdout).not.toContain('s3cret');
  });

  test('names rejected releases with their reasons, and a way back that is under way', async () => {
    await using bench = await createWorkbench();
    const release = await fill(bench);
    const control = {
      active: release,
      rejected: [{ id: 'bad1', code: 'UNHEALTHY', message: 'ended three times' }],
      activation: { phase: 'returning', release, told: true, failed: 'bad1' },
    };
    await writeFile(bench.path('volume/state.json'), JSON.stringify({ format: 1, control }));
    const { stdout } = await bench.call(['status', `--root=${bench.path('volume')}`]);
    expect(stdout).toContain('rejected    bad1 ended three times [UNHEALTHY]\n');
    expect(stdout).toContain(`activation  going back to ${release}, as bad1 failed\n`);
  });

  test('has exit code 1 for a current release that is not whole, and writes nothing', async () => {
    await using bench = await createWorkbench();
    const release = await fill(bench);
    const root = bench.path('volume');
    const status = () => bench.call(['status', `--root=${root}`]);
    await rm(`${root}/store`, { recursive: true });
    const lost = await status();
    expect(lost.code).toBe(1);
    expect(lost.stdout).toMatch(/ {2}model +net .* NOT IN THE STORE\n/);
    await writeFile(`${root}/releases/${release}/release.json`, '{');
    expect((await status()).stdout).toContain(`releases    ${release} (not whole)\n`);
    expect(await readdir(root)).not.toContain('store');
  });

  test('has exit code 2 for a directory that is no volume', async () => {
    await using bench = await createWorkbench();
    await mkdir(bench.path('other'));
    expect(await bench.call(['status', `--root=${bench.path('other')}`])).toMatchObject({ code: 2, stdout: '' });
    expect(await bench.call(['status'])).toMatchObject({ code: 2, stdout: '' });
    expect(await readdir(bench.path('other'))).toEqual([]);
  });
});
