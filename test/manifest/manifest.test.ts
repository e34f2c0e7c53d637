import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { loadDeployment, makeManifest } from '@companion/deployment/node';
import type { Deployment } from '@companion/deployment';

import { createWorkbench } from '@companion/cli/testing';
import { smallTemplate } from '@companion/deployment/testing';

const root = resolve(import.meta.dirname, '../..');
const template = join(root, 'deployment.template.json');
const variables = join(root, '.env.example');

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'manifest-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Where the code lies is known of a template only. */
function withoutSources({ modules, ...rest }: Deployment) {
  return {
    ...rest,
    modules: modules.map((module) => ({ ...module, source: undefined })),
  };
}

describe('the templates of the repository', () => {
  test.each([
    ['deployment.template.json', 'amd64'],
    ['deployment.template.json', 'arm64v8'],
    ['deployment.debug.template.json', 'amd64'],
  ])('%s for %s makes a manifest without a warning, which the simulator takes for the same', async (name, platform) => {
    await using bench = await createWorkbench();
    const out = bench.path('deployment.json');
    const { code, stdout, stderr } = await bench.run([
      'manifest',
      ...['--template', join(root, name), '--platform', platform, '--variables', variables, '--out', out],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^.*deployment\.json: 5 modules, \d+ routes, createOptions up to \d+ of 4096 characters/);
    expect(stdout).toMatch(new RegExp(`filter +.*-${platform}`));
    const options = { environment: {}, platform, fallbackDir: root };
    expect(withoutSources(loadDeployment({ ...options, templatePath: out }))).toEqual(
      withoutSources(loadDeployment({ ...options, templatePath: join(root, name), envFile: variables })),
    );
    const again = await bench.run(['manifest', '--template', out, '--check']);
    expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: '' });
  });
});

test('any createOptions, desired properties and variables mean the same before and after', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 }).map((one) => one.replaceAll('$', ''));
  const key = fc.stringMatching(/^[a-z]{1,8}$/);
  const options = fc.dictionary(key, fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.integer()), { maxKeys: 3 });
  const desired = fc.dictionary(key, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 5 });
  fc.assert(
    fc.property(options, desired, text, fc.boolean(), (createOptions, one, value, asText) => {
      const made = smallTemplate();
      const agent = made.modulesContent.$edgeAgent['properties.desired'];
      agent.modules['one'] = {
        type: 'docker',
        env: { V: { value: '${V}' } },
        settings: { image: 'r.example/one:1', createOptions: asText ? JSON.stringify(createOptions) : createOptions },
      };
      made.modulesContent.one['properties.desired'] = { ...one, v: '${V}' };
      const templatePath = join(dir, 'deployment.template.json');
      writeFileSync(templatePath, JSON.stringify(made));
      const environment = { V: value };
      const manifest = makeManifest({ templatePath, environment, fallbackDir: dir });
      expect(manifest.findings).toEqual([]);
      const manifestPath = join(dir, 'deployment.json');
      writeFileSync(manifestPath, JSON.stringify(manifest.document));
      const before = loadDeployment({ templatePath, environment });
      expect(loadDeployment({ templatePath: manifestPath, environment: {} })).toEqual(before);
      expect(before.modules[0]?.env['V']).toBe(value);
    }),
    { numRuns: 60 },
  );
});

describe('companion manifest', () => {
  test('writes config/<name>.<platform>.json beside the template, whole, and again over itself', async () => {
    await using bench = await createWorkbench();
    writeFileSync(bench.path('deployment.debug.template.json'), JSON.stringify(smallTemplate()));
    writeFileSync(bench.path('.env'), '');
    for (const said of ['written', 'written again']) {
      const { code, stderr, stdout } = await bench.run([
        'manifest',
        ...['--template', bench.path('deployment.debug.template.json'), '--platform', 'arm64v8'],
      ]);
      expect({ said, code, stderr }).toEqual({ said, code: 0, stderr: '' });
      expect(stdout).toContain('config/deployment.debug.arm64v8.json: 5 modules, 1 routes');
    }
    expect(readdirSync(bench.path('config'))).toEqual(['deployment.debug.arm64v8.json']);
    const written = JSON.parse(readFileSync(bench.path('config/deployment.debug.arm64v8.json'), 'utf8')) as object;
    expect(Object.keys(written)).toEqual(['modulesContent']);
  });

  test('tells everything at once, writes nothing, and leaves the last manifest', async () => {
    await using bench = await createWorkbench();
    const bad = smallTemplate();
    bad.modulesContent.$edgeHub['properties.desired'].routes['x'] = 'FROM nowhere';
    bad.modulesContent.lot['properties.desired'] = { zones: 7 };
    writeFileSync(bench.path('deployment.template.json'), JSON.stringify(bad));
    writeFileSync(bench.path('out.json'), 'as it was');
    writeFileSync(bench.path('.env'), '');
    const { code, stderr, stdout } = await bench.run([
      'manifest',
      ...[
        '--template',
        bench.path('deployment.template.json'),
        '--variables',
        bench.path('.env'),
        '--out',
        bench.path('out.json'),
      ],
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^deployment\.template\.json: modulesContent\.\$edgeHub.*\.routes\.x: error: .* \[ROUTE\]$/,
    );
    expect(lines[1]).toMatch(/^deployment\.template\.json: modulesContent\.lot.*\.zones: error: .* \[TWIN_VALUE\]$/);
    expect(lines[2]).toBe('deployment.template.json: 2 errors: nothing is written');
    expect(readFileSync(bench.path('out.json'), 'utf8')).toBe('as it was');
  });

  test('warns where the variables are those of the example', async () => {
    await using bench = await createWorkbench();
    writeFileSync(bench.path('.env.example'), 'V=1\n');
    writeFileSync(bench.path('deployment.template.json'), JSON.stringify(smallTemplate()));
    const { code, stderr } = await bench.run([
      'manifest',
      ...['--template', bench.path('deployment.template.json'), '--out', '-'],
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^deployment\.template\.json: warning: there is no \.env, .* \[VARIABLES_EXAMPLE\]\n$/);
  });

  test.each([
    ['no such file', ['manifest', '--template', 'nothing.json'], /nothing\.json: there is no such file/],
    [
      'no such file of variables',
      ['manifest', '--template', template, '--variables', 'x.env'],
      /x\.env: there is no such file/,
    ],
    ['text that is no JSON', ['manifest', '--template', variables], /\.env\.example:1:1: /],
    ['an operand', ['manifest', 'deployment.template.json', '--check'], /too many arguments/],
  ])('ends with 2 for %s', async (_, args, message) => {
    await using bench = await createWorkbench();
    const { code, stdout, stderr } = await bench.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('finds what the tools left unexpanded in a finished manifest, and fills in nothing there', async () => {
    await using bench = await createWorkbench();
    const { modulesContent } = smallTemplate();
    modulesContent.one['properties.desired'] = { a: '${LEFT}', b: 'pa$word' };
    writeFileSync(bench.path('deployment.json'), JSON.stringify({ modulesContent }));
    const { code, stderr } = await bench.run(['manifest', '--template', bench.path('deployment.json'), '--check']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/one\["properties\.desired"\]\.a: error: \$\{LEFT\} was never filled in/);
    expect(stderr).not.toContain('word');
  });
});
