import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { makeManifest } from '@companion/deployment/node';
import { formatJsonPath } from '@companion/foundation';

import { checkOurTwins } from '@companion/cli/testing';
import { smallTemplate } from '@companion/deployment/testing';
import type { SmallTemplate } from '@companion/deployment/testing';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'manifest-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Severity, code, last steps of the place and reason of everything found. */
function findings(change: (template: SmallTemplate) => void): string[] {
  const template = smallTemplate();
  change(template);
  const templatePath = join(dir, 'deployment.template.json');
  writeFileSync(templatePath, JSON.stringify(template));
  const { findings: all } = makeManifest({
    templatePath,
    environment: {},
    fallbackDir: dir,
    checkDesired: checkOurTwins,
  });
  return all.map(
    ({ severity, code, at: { path = [] }, message }) =>
      `${severity} ${code} ${formatJsonPath(path.slice(2))}: ${message}`,
  );
}

type Change = (parts: {
  readonly agent: SmallTemplate['modulesContent']['$edgeAgent']['properties.desired'];
  readonly hub: SmallTemplate['modulesContent']['$edgeHub']['properties.desired'];
  readonly content: Record<string, unknown>;
  /** Replaces settings and more of the module `one`. */
  readonly one: (settings: object, more?: object) => void;
  readonly route: (route: unknown) => void;
  readonly desired: (module: string, desired: unknown) => void;
}) => void;

function spread(change: Change) {
  return (template: SmallTemplate) => {
    const { modulesContent: content } = template;
    const sections = content as unknown as Record<string, unknown>;
    const agent = content.$edgeAgent['properties.desired'];
    const hub = content.$edgeHub['properties.desired'];
    change({
      agent,
      hub,
      content: sections,
      one: (settings, more = {}) =>
        void (agent.modules['one'] = { type: 'docker', ...more, settings: { image: 'r.example/one:1', ...settings } }),
      route: (route) => void (hub.routes['r'] = route),
      desired: (module, desired) => void (sections[module] = { 'properties.desired': desired }),
    });
  };
}

test('a template without a mistake has no findings', () => {
  expect(findings(() => undefined)).toEqual([]);
});

const fields = { sensor: 'Yard', polygon: [0, 0, 9, 0, 9, 9] };
function ports(HostPort: string, container = '80/tcp') {
  return {
    createOptions: { HostConfig: { PortBindings: { [container]: [{ HostPort }] } } },
  };
}
function nested(levels: number): object {
  return levels === 0 ? {} : { a: nested(levels - 1) };
}
const broken = 'FROM /messages/* WHERE';

describe('one mistake is one line', () => {
  test.each<[string, Change, RegExp]>([
    [
      '$edgeAgent schema 1.2',
      ({ agent }) => void (agent.schemaVersion = '1.2'),
      /SHAPE .*schemaVersion: .*"1.0" or "1.1"/,
    ],
    ['$edgeHub schema 1.4', ({ hub }) => void (hub.schemaVersion = '1.4'), /SHAPE .*schemaVersion: .*"1.0" to "1.3"/],
    ['$edgeHub schema 2.0', ({ hub }) => void (hub.schemaVersion = '2.0'), /SHAPE/],
    [
      'a route that is none',
      ({ route }) => route('FROM /messages/*'),
      /ROUTE .*routes\.r: it is not `FROM .*refuse all routes/,
    ],
    ['a route to a misspelt sink', ({ route }) => route('FROM /* INTO $downstream'), /ROUTE/],
    [
      'a route to a module’s output',
      ({ route }) => route('FROM /* INTO BrokeredEndpoint("/modules/one/outputs/x")'),
      /ROUTE .*is not "\/modules/,
    ],
    [
      'a route to a module that is not there',
      ({ route }) => route('FROM /* INTO BrokeredEndpoint("/modules/two/inputs/x")'),
      /MODULE_UNKNOWN .*no module two; \$edgeAgent has one, files, lot/,
    ],
    [
      'a route from one that is not there',
      ({ route }) => route('FROM /messages/modules/two/outputs/* INTO $upstream'),
      /MODULE_UNKNOWN .*no module two/,
    ],
    [
      'a condition with a type error',
      ({ route }) => route(`${broken} temperature > 20 INTO $upstream`),
      /ROUTE .*WHERE: .*as_number/,
    ],
    [
      'a condition with an unknown function',
      ({ route }) => route(`${broken} startswith(a, 'b') INTO $upstream`),
      /ROUTE .*no function startswith/,
    ],
    [
      'a condition that is never closed',
      ({ route }) => route(`${broken} (a = 'b' INTO $upstream`),
      /ROUTE .*closing "\)"/,
    ],
    ['a route that is a number', ({ route }) => route(7), /SHAPE .*expected a string or an object/],
    [
      'an unknown key in a route',
      ({ route }) => route({ route: 'FROM /* INTO $upstream', prio: 1 }),
      /SHAPE .*prio: unknown key/,
    ],
    ['priority 10', ({ route }) => route({ route: 'FROM /* INTO $upstream', priority: 10 }), /SHAPE .*priority: /],
    [
      'a time to live of -1',
      ({ route }) => route({ route: 'FROM /* INTO $upstream', timeToLiveSecs: -1 }),
      /SHAPE .*timeToLiveSecs/,
    ],
    [
      'a priority with schema 1.0',
      ({ hub, route }) => (route({ route: 'FROM /* INTO $upstream', priority: 1 }), void (hub.schemaVersion = '1.0')),
      /SHAPE .*needs schema version "1.1"/,
    ],
    [
      'no store-and-forward time',
      ({ hub }) => void (hub.storeAndForwardConfiguration = {}),
      /SHAPE .*timeToLiveSecs: missing/,
    ],
    ['an image without a tag', ({ one }) => one({ image: 'r.example/one' }), /IMAGE .*has no tag/],
    ['the tag latest', ({ one }) => one({ image: 'r.example/one:latest' }), /IMAGE .*another image tomorrow/],
    ['an image that none can have', ({ one }) => one({ image: 'r.example/One:1' }), /IMAGE .*is no name of an image/],
    ['no image', ({ one }) => one({ image: '' }), /SHAPE .*image: expected the name/],
    [
      'a system image without a tag',
      ({ agent }) => void (agent.systemModules.edgeHub.settings['image'] = 'mcr.example/hub'),
      /IMAGE .*systemModules|IMAGE/,
    ],
    ['a variable that nobody sets', ({ one }) => one({ image: '${NOPE}/one:1' }), /VARIABLE_MISSING .*NOPE/],
    ['a module without module.json', ({ one }) => one({ image: '${MODULES.nope}' }), /PLACEHOLDER_UNKNOWN .*nope/],
    ['braces that hold nothing known', ({ one }) => one({ image: 'a:${1 + 1}' }), /PLACEHOLDER_UNKNOWN/],
    [
      'createOptions over 4 KB',
      ({ one }) => one({ createOptions: { Labels: { x: 'y'.repeat(4096) } } }),
      /CREATE_OPTIONS .*at most 4096/,
    ],
    ['createOptions that are no JSON', ({ one }) => one({ createOptions: '{' }), /CREATE_OPTIONS .*not JSON/],
    [
      'createOptions over 4 KB with blanks',
      ({ one }) => one({ createOptions: `{${' '.repeat(4100)}}` }),
      /CREATE_OPTIONS .*takes 9 pieces/,
    ],
    [
      'a bad bind',
      ({ one }) => one({ createOptions: { HostConfig: { Binds: ['/only'] } } }),
      /CREATE_OPTIONS .*Binds\[0\]/,
    ],
    [
      'bad options of a system module',
      ({ agent }) => void (agent.systemModules.edgeHub.settings['createOptions'] = '['),
      /CREATE_OPTIONS/,
    ],
    ['a status that does not exist', ({ one }) => one({}, { status: 'paused' }), /SHAPE .*status/],
    ['a misspelt key', ({ one }) => one({}, { restartPolcy: 'always' }), /SHAPE .*restartPolcy: unknown key/],
    ['another type of runtime', ({ one }) => one({}, { type: 'podman' }), /SHAPE .*type/],
    ['an env entry without a value', ({ one }) => one({}, { env: { A: 'x' } }), /SHAPE .*env\.A/],
    [
      'a twin of a module that is not there',
      ({ desired }) => desired('two', {}),
      /MODULE_UNKNOWN .*no module of this name/,
    ],
    [
      'a section without properties.desired',
      ({ content }) => void (content['one'] = { properties: {} }),
      /SHAPE .*unknown key/,
    ],
    [
      'a twin over 32 KB',
      ({ desired }) => desired('one', Object.fromEntries([...Array(9).keys()].map((i) => [`k${i}`, 'x'.repeat(4000)]))),
      /TWIN_LIMIT .*36018 bytes .*32768/,
    ],
    [
      'a string over 4 KB',
      ({ desired }) => desired('one', { a: 'x'.repeat(5000) }),
      /TWIN_LIMIT .*a: is a string of 5000 bytes/,
    ],
    ['eleven levels', ({ desired }) => desired('one', nested(12)), /TWIN_LIMIT .*deeper than 10/],
    ['a dot in a key of a twin', ({ desired }) => desired('one', { 'a.b': 1 }), /TWIN_LIMIT .*has the key "a\.b"/],
    ['a null in an array', ({ desired }) => desired('one', { a: [null] }), /TWIN_LIMIT .*a\[0\]: is a null/],
    ['a number that IoT Hub can’t hold', ({ desired }) => desired('one', { a: 2 ** 60 }), /TWIN_LIMIT .*integer/],
    [
      'a key of an env that no twin takes',
      ({ one }) => one({}, { env: { 'a.b': { value: 1 } } }),
      /TWIN_LIMIT .*"a\.b"/,
    ],
    [
      'an artifact without a digest',
      ({ desired }) => desired('files', { artifacts: { net: { kind: 'model', url: 'https://h/x' } } }),
      /TWIN_VALUE .*artifacts\.net\.sha256/,
    ],
    [
      'a zone of an unknown kind',
      ({ desired }) => desired('lot', { zones: { A: { ...fields, kind: 'place' } } }),
      /TWIN_VALUE .*zones\.A/,
    ],
    [
      'an unknown property of the filter',
      ({ desired }) => desired('lot', { zone: {} }),
      /TWIN_VALUE .*module lot would report it/,
    ],
  ])('%s', (_, change, line) => {
    const found = findings(spread(change));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^error ${line.source}`));
  });

  test.each<[string, Change, readonly RegExp[]]>([
    [
      'a port that two modules bind',
      ({ agent, one }) => (
        one(ports('80')),
        void Object.assign(agent.modules, {
          two: { type: 'docker', settings: { image: 'a:1', ...ports('80', '81/tcp') } },
        })
      ),
      [/HOST_PORT .*port 80 is bound by module one already/],
    ],
    [
      'a port that edgeHub has',
      ({ agent, one }) => (
        one(ports('443')),
        void Object.assign(agent.systemModules.edgeHub.settings, ports('440-450', '443/tcp'))
      ),
      [/HOST_PORT .*443 is bound by module edgeHub/],
    ],
    [
      'a module called edgeHub',
      ({ agent }) => void (agent.modules['edgeHub'] = { type: 'docker', settings: { image: 'a:1' } }),
      [/MODULE_NAME .*system module/],
    ],
    [
      'a name of one letter',
      ({ agent }) => void (agent.modules['a'] = { type: 'docker', settings: { image: 'a:1' } }),
      [/MODULE_NAME .*no container/],
    ],
    [
      'a name with a dot',
      ({ agent }) => void (agent.modules['a.b'] = { type: 'docker', settings: { image: 'a:1' } }),
      [/MODULE_NAME/, /TWIN_LIMIT/],
    ],
    [
      'several at once',
      ({ one, route, desired }) => {
        one({ image: 'a' });
        route('x');
        desired('lot', { format: 'xml' });
      },
      [/IMAGE/, /ROUTE/, /TWIN_VALUE/],
    ],
  ])('%s', (_, change, lines) => {
    const found = findings(spread(change));
    expect(found).toHaveLength(lines.length);
    lines.forEach((line, index) => expect(found[index]).toMatch(line));
  });
});

test.each(['1.6.0', '1.6.1'])('edgeHub %s is warned of, and no error', (version) => {
  const found = findings(
    spread(({ agent }) => void (agent.systemModules.edgeHub.settings['image'] = `mcr.example/hub:${version}`)),
  );
  expect(found).toEqual([expect.stringMatching(/^warning RUNTIME_VERSION .*issue 7547.*take 1\.5\.44/)]);
});

test('an image by its digest needs no tag', () => {
  expect(findings(spread(({ one }) => one({ image: `a@sha256:${'0'.repeat(64)}` })))).toEqual([]);
});
