import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { templateFrame } from '@companion/deployment/testing';
import { DeploymentError, loadDeployment } from '@companion/deployment/node';
import type { Deployment } from '@companion/deployment';
import type { DeploymentLoaderOptions } from '@companion/deployment/node';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'deployment-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(file: string, content: unknown): string {
  const path = join(dir, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const manifest = {
  image: {
    repository: '${REGISTRY}/one',
    tag: { version: '1.2', platforms: { amd64: './D', 'amd64.debug': './D', arm64v8: './D' } },
  },
};

interface TemplateParts {
  readonly module?: object;
  readonly settings?: object;
  readonly routes?: object;
  readonly hub?: object;
  readonly sections?: object;
}

/** A small template with one module, in which a test replaces what it is about. */
function template(parts: TemplateParts = {}): object {
  const settings = { image: 'registry/one:1', createOptions: { Entrypoint: ['true'] }, ...parts.settings };
  const frame = templateFrame({ one: { type: 'docker', settings, ...parts.module } }, { ...parts.routes });
  const { $edgeHub } = frame.modulesContent;
  return {
    ...frame,
    modulesContent: {
      ...frame.modulesContent,
      $edgeHub: { 'properties.desired': { ...$edgeHub['properties.desired'], ...parts.hub } },
      ...parts.sections,
    },
  };
}

function load(parts?: TemplateParts, options: Partial<DeploymentLoaderOptions> = {}): Deployment {
  return loadDeployment({
    templatePath: write('deployment.template.json', template(parts)),
    environment: {},
    ...options,
  });
}

/** The lines of the refusal, without the folder's name. */
function refusal(call: () => unknown): string[] {
  try {
    call();
  } catch (error) {
    if (error instanceof DeploymentError) return error.message.replaceAll(`${dir}/`, '').split('\n');
    throw error;
  }
  throw new Error('it was not refused');
}

const atModule = 'deployment.template.json: modulesContent.$edgeAgent["properties.desired"].modules.one';
const atHub = 'deployment.template.json: modulesContent.$edgeHub["properties.desired"]';

describe('a module', () => {
  test('has edgeAgent’s defaults where the template says nothing', () => {
    expect(load().modules).toEqual([
      {
        name: 'one',
        image: 'registry/one:1',
        status: 'running',
        restartPolicy: 'always',
        startupOrder: 4_294_967_295,
        env: {},
        createOptions: { Entrypoint: ['true'] },
        desired: {},
      },
    ]);
  });

  test('takes status, policy, order and env, numbers and booleans as text', () => {
    const module = {
      status: 'stopped',
      restartPolicy: 'on-failure',
      startupOrder: 3,
      env: { A: { value: 'x' }, B: { value: 1 }, C: { value: false } },
    };
    expect(load({ module }).modules[0]).toMatchObject({
      status: 'stopped',
      restartPolicy: 'on-failure',
      startupOrder: 3,
      env: { A: 'x', B: '1', C: 'false' },
    });
  });

  test.each([
    [{ restartPolcy: 'always' }, `${atModule}.restartPolcy: unknown key`],
    [
      { restartPolicy: 'sometimes' },
      `${atModule}.restartPolicy: expected one of "always"|"on-failure"|"on-unhealthy"|"never"`,
    ],
    [{ status: 'off' }, `${atModule}.status: expected one of "running"|"stopped"`],
    [{ startupOrder: -1 }, `${atModule}.startupOrder: Too small: expected number to be >=0`],
    [{ env: { A: 'x' } }, `${atModule}.env.A: expected object, received string`],
    [{ env: { A: {} } }, `${atModule}.env.A.value: expected a string, number or boolean`],
    [{ type: 'process' }, `${atModule}.type: expected "docker"`],
    [{ settings: {} }, `${atModule}.settings.image: missing`],
  ])('with %j is refused at its place', (module, line) => {
    expect(refusal(() => load({ module }))).toEqual([line]);
  });
});

describe('placeholders', () => {
  const settings = (image: string) => ({ settings: { image } });
  const environment = { REGISTRY: 'r.example' };
  beforeEach(() => void write('modules/one/module.json', manifest));

  test.each([
    ['${MODULES.one}', {}, 'r.example/one:1.2-amd64', false],
    ['${MODULES.one}', { platform: 'arm64v8' }, 'r.example/one:1.2-arm64v8', false],
    ['${MODULES.one.arm64v8}', {}, 'r.example/one:1.2-arm64v8', false],
    ['${MODULES.one.debug}', {}, 'r.example/one:1.2-amd64.debug', true],
    ['${MODULEDIR<modules/one>}', {}, 'r.example/one:1.2-amd64', false],
    ['${MODULEDIR<./modules/one>.debug}', {}, 'r.example/one:1.2-amd64.debug', true],
  ])('%s %j is the image of module.json, and says where the code lies', (image, options, expected, debug) => {
    const [module] = load(settings(image), { environment, ...options }).modules;
    expect(module).toMatchObject({ image: expected, source: { dir: join(dir, 'modules/one'), debug } });
  });

  test('an image that is only named has no code here', () => {
    expect(load().modules[0]).not.toHaveProperty('source');
  });

  test.each([
    ['${MODULES.two}', /^.*settings\.image: \$\{MODULES\.two\}: .*modules\/two\/module\.json can't be read$/],
    [
      '${MODULES.one.riscv}',
      /image: \$\{MODULES\.one\.riscv\}: .* has no platform riscv, only amd64, amd64\.debug, arm64v8$/,
    ],
    ['${MODULES.}', /image: \$\{MODULES\.\} is neither a variable nor a module's image$/],
    ['${NAME}', /image: the variable NAME is set neither in the environment nor in the \.env file$/],
    ['$NAME:1', /image: the variable NAME is set/],
  ])('%s without anything behind it is refused', (image, line) => {
    const lines = refusal(() => load(settings(image), { environment }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(line);
  });

  test('a mistake in module.json names that file, its line and column', () => {
    write('modules/one/module.json', '{\n  "image": }');
    expect(refusal(() => load(settings('${MODULES.one}')))[0]).toMatch(
      /modules\/one\/module\.json:2:12: expected a value/,
    );
    write('modules/one/module.json', { image: {} });
    expect(refusal(() => load(settings('${MODULES.one}')))[0]).toMatch(/module\.json: .*image\.repository/);
  });

  test('a variable that module.json needs and nobody gives is named', () => {
    expect(refusal(() => load(settings('${MODULES.one}')))[0]).toMatch(
      /module\.json: the variable REGISTRY is set neither/,
    );
  });
});

describe('variables', () => {
  const parts = { settings: { image: '${A}-${B}-${C}' } };

  test('that are missing are one mistake each, however often they are used', () => {
    const lines = refusal(() => load({ settings: { image: '${NOPE}-${NOPE}' } }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('NOPE is set neither in the environment nor in the .env file (used in 2 places)');
  });

  test('come from the environment first, then from .env', () => {
    write('.env', 'A=file\nB="quoted # not a comment"\n# C=comment\nC=c # a comment\n');
    write('.env.example', 'A=example');
    expect(load(parts, { environment: { A: 'environment', D: undefined } }).modules[0]?.image).toBe(
      'environment-quoted # not a comment-c',
    );
  });

  test('come from .env.example where there is no .env', () => {
    write('.env.example', 'A=1\nB=2\nC=3\n');
    expect(load(parts).modules[0]?.image).toBe('1-2-3');
  });

  test('come from a file that was named, and one that is not there is an error', () => {
    write('.env', 'A=0\nB=0\nC=0\n');
    expect(load(parts, { envFile: write('other.env', 'A=x\nB=y\nC=z\n') }).modules[0]?.image).toBe('x-y-z');
    expect(refusal(() => load(parts, { envFile: join(dir, 'none.env') }))).toEqual(['none.env: there is no such file']);
  });

  test('that are missing are all told at once', () => {
    expect(refusal(() => load(parts)).map((line) => /variable (\w)/.exec(line)?.[1])).toEqual(['A', 'B', 'C']);
  });
});

describe('createOptions', () => {
  const options = {
    Entrypoint: ['run'],
    Cmd: ['a b', '"q"'],
    HostConfig: { Binds: ['/h:/c:ro', 'volume:/v'], Runtime: 'nvidia' },
  };
  const text = JSON.stringify(options);

  test('are the same as an object, as a string and in pieces', () => {
    const pieces = {
      createOptions: text.slice(0, 20),
      createOptions01: text.slice(20, 33),
      createOptions02: text.slice(33),
    };
    for (const settings of [{ createOptions: options }, { createOptions: text }, pieces]) {
      expect(load({ settings }).modules[0]?.createOptions).toEqual(options);
    }
  });

  test('may be left out or empty', () => {
    for (const createOptions of ['', '{}', {}]) {
      expect(load({ settings: { createOptions } }).modules[0]?.createOptions).toEqual({});
    }
  });

  test.each([
    [
      { createOptions: '{"a":' },
      '.settings.createOptions: not JSON (at character 6 of line 1: the text ends where a value should come)',
    ],
    [{ createOptions: { Entrypoint: [1] } }, '.settings.createOptions.Entrypoint: expected a list of strings'],
    [{ createOptions: { WorkingDir: 'x' } }, '.settings.createOptions.WorkingDir: expected an absolute path'],
    [
      { createOptions: { HostConfig: { Binds: ['/only'] } } },
      '.settings.createOptions.HostConfig.Binds[0]: expected /host/path:/container/path[:ro]',
    ],
    [{ createOptions: '{', createOptions02: '}' }, '.settings.createOptions02: createOptions01 is missing before it'],
    [
      { createOptions: {}, createOptions01: '}' },
      '.settings.createOptions: an object can’t be continued by further pieces',
    ],
  ])('like %j are refused at their place', (settings, line) => {
    expect(refusal(() => load({ settings }))).toEqual([atModule + line]);
  });

  test('of more than 4 KB are refused: no deployment could hold them', () => {
    const settings = { createOptions: { Labels: { x: 'y'.repeat(4096) } } };
    expect(refusal(() => load({ settings }))).toEqual([
      `${atModule}.settings.createOptions: 4115 characters as JSON, but a deployment holds at most 4096 (8 pieces of 512)`,
    ]);
  });
});

describe('module twins', () => {
  test('start with the section’s desired properties, and layers set parts of them by name', () => {
    const sections = {
      one: {
        'properties.desired.zones.A3': { kind: 'spot' },
        'properties.desired': { zones: { A1: {} }, rate: 1 },
        'properties.desired.rate': 2,
      },
    };
    expect(load({ sections }).modules[0]?.desired).toEqual({ zones: { A1: {}, A3: { kind: 'spot' } }, rate: 2 });
  });

  test.each([
    [
      { two: { 'properties.desired': {} } },
      'deployment.template.json: modulesContent.two: there is no module of this name; $edgeAgent has one',
    ],
    [
      { one: { properties: {} } },
      'deployment.template.json: modulesContent.one.properties: unknown key; expected "properties.desired" or "properties.desired.<name>"',
    ],
    [
      { one: { 'properties.desired': [] } },
      'deployment.template.json: modulesContent.one["properties.desired"]: expected an object',
    ],
    [{ one: 'x' }, 'deployment.template.json: modulesContent.one: expected an object with "properties.desired"'],
    [
      { constructor: { 'properties.desired': {} } },
      'deployment.template.json: modulesContent.constructor: there is no module of this name; $edgeAgent has one',
    ],
  ])('%j is refused', (sections, line) => {
    expect(refusal(() => load({ sections }))).toEqual([line]);
  });
});

describe('routes', () => {
  const route = 'FROM /messages/* INTO $upstream';

  test('come as text or as an object, with the time that undeliverable messages are kept', () => {
    const routes = { a: route, b: { route, priority: 2, timeToLiveSecs: 60 } };
    const deployment = load({ routes });
    expect(deployment.routes).toEqual(routes);
    expect(deployment.timeToLiveSecs).toBe(7200);
  });

  test('may be added by a layer', () => {
    const hub = { schemaVersion: '1.1', routes: { a: route }, storeAndForwardConfiguration: { timeToLiveSecs: 1 } };
    const sections = { $edgeHub: { 'properties.desired': hub, 'properties.desired.routes.b': route } };
    expect(Object.keys(load({ sections }).routes)).toEqual(['a', 'b']);
  });

  test.each([
    [{ routes: { a: 7 } }, '.routes.a: expected a string or an object with a "route"'],
    [{ routes: { a: { route, priority: 10 } } }, '.routes.a.priority: Too big: expected number to be <=9'],
    [{ routes: { a: { route, prioritty: 1 } } }, '.routes.a.prioritty: unknown key'],
    [
      { routes: { a: { route } }, hub: { schemaVersion: '1.0' } },
      '.routes.a: a route as an object needs schema version "1.1"',
    ],
    [
      { hub: { schemaVersion: '1.4' } },
      '.schemaVersion: expected schema version "1.0" to "1.3" (take "1.1"): edgeHub refuses others',
    ],
    [{ hub: { storeAndForwardConfiguration: {} } }, '.storeAndForwardConfiguration.timeToLiveSecs: missing'],
  ])('%j is refused', (parts, line) => {
    expect(refusal(() => load(parts))).toEqual([atHub + line]);
  });
});

describe('the file', () => {
  const refuse = (content: unknown) =>
    refusal(() => loadDeployment({ templatePath: write('deployment.template.json', content), environment: {} }));

  test('that is not there is named', () => {
    expect(refusal(() => loadDeployment({ templatePath: join(dir, 'none.json'), environment: {} }))).toEqual([
      'none.json: there is no such file',
    ]);
  });

  test('that is not JSON is refused with line and column', () => {
    expect(refuse('{\n  "modulesContent": {\n    "$edgeAgent": {},\n  }\n}')).toEqual([
      'deployment.template.json:4:3: expected a key in quotes, found "}"',
    ]);
  });

  test('that is something else is refused with what is missing', () => {
    expect(refuse({})).toEqual(['deployment.template.json: modulesContent: missing']);
    expect(refuse([])).toEqual(['deployment.template.json: (root): expected object, received array']);
  });

  test('with several mistakes is refused once, with all of them', () => {
    const parts = {
      module: { status: 'off' },
      settings: { image: '${NOPE}' },
      routes: { a: 7 },
      sections: { two: { 'properties.desired': {} } },
    };
    const lines = refuse(template(parts));
    expect(lines).toHaveLength(3);
    expect(lines.join()).toMatch(/NOPE.*status.*routes\.a/s);
  });
});
