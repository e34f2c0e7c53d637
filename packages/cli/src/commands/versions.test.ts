import { describe, expect, test } from 'vitest';
import { createWorkbench } from '../testing/workbench.ts';

describe('companion versions', () => {
  test('names the DeepStream for a JetPack, with its image and what it can do', async () => {
    await using bench = await createWorkbench();
    expect(await bench.call(['versions', 'JetPack 6.0'])).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining(`DeepStream 7.0
  JetPack: 6.0 (R36.3.0): Orin
  image for Jetson: nvcr.io/nvidia/deepstream:7.0-samples-multiarch
`) as string,
    });
  });

  test('takes the first line of /etc/nv_tegra_release', async () => {
    await using bench = await createWorkbench();
    const { stdout } = await bench.call(['versions', '# R35 (release), REVISION: 4.1, GCID: 33958178', '--json']);
    const found = JSON.parse(stdout) as readonly { version: string; features: readonly string[] }[];
    expect(found.map(({ version }) => version)).toEqual(['6.2', '6.3']);
    expect(found[0]?.features).not.toContain('mqtt adapter');
    expect(found[1]?.features).toContain('mqtt adapter');
  });

  test('says what it does not know', async () => {
    await using bench = await createWorkbench();
    expect(await bench.call(['versions', 'R99'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: "companion: no DeepStream is known for R99; see NVIDIA's compatibility table\n",
    });
    const { code, stderr } = await bench.call(['versions', 'my board']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'companion: versions: "my board" is neither a version of DeepStream or JetPack nor a release of Jetson Linux\n',
    });
  });
});
