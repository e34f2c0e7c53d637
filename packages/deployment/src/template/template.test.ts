import { describe, expect, test } from 'vitest';

import { formatPlace } from '@companion/foundation';
import { expandTemplate, imagePlaceholders, platformKey } from './template.ts';

const values = {
  variables: { HOST: 'h', EMPTY: '', upstream: 'never' },
  images: new Map([['${MODULES.filter}', 'r/filter:1-amd64']]),
};

describe('expandTemplate', () => {
  test('fills in ${NAME}, $NAME and images, in strings at any depth', () => {
    const template = { a: ['${HOST}:$HOST', { b: '${MODULES.filter}', c: 'x${EMPTY}y', d: 7, e: null }] };
    expect(expandTemplate(template, values)).toEqual({
      value: { a: ['h:h', { b: 'r/filter:1-amd64', c: 'xy', d: 7, e: null }] },
      problems: [],
    });
  });

  test('names each missing variable and where it stands', () => {
    const { problems } = expandTemplate({ settings: { image: '${REGISTRY}/$NAME' } }, values);
    expect(
      problems.map(({ code, at, message }) => [code, formatPlace(at), /variable (\w+)/.exec(message)?.[1]]),
    ).toEqual([
      ['VARIABLE_MISSING', 'settings.image', 'REGISTRY'],
      ['VARIABLE_MISSING', 'settings.image', 'NAME'],
    ]);
  });

  test('leaves the $ of routes and of shell strings alone, but not a ${NAME} without a value', () => {
    const template = {
      routes: { up: 'FROM /messages/* WHERE $body.x > 1 INTO $upstream', old: '${NOPE}' },
      'properties.desired.routes.more': 'FROM /messages/* WHERE $connectionDeviceId = "a" INTO $upstream',
      createOptions: { Cmd: ['echo $PWD $HOST'] },
    };
    const { value, problems } = expandTemplate(template, values);
    expect(value).toEqual({ ...template, createOptions: { Cmd: ['echo $PWD h'] } });
    expect(problems.map(({ at }) => formatPlace(at))).toEqual(['routes.old']);
  });

  test('never touches keys, $edgeAgent, $edgeHub or $upstream', () => {
    const template = { $edgeAgent: '$edgeAgent', '${HOST}': '$edgeHub $upstream' };
    expect(expandTemplate(template, values)).toEqual({ value: template, problems: [] });
  });

  test('says so of braces that hold neither a variable nor a module', () => {
    expect(expandTemplate({ a: '${not a name}' }, values).problems).toMatchObject([{ code: 'PLACEHOLDER_UNKNOWN' }]);
  });

  test('a name of Object.prototype is no variable', () => {
    expect(expandTemplate({ a: '${constructor}' }, values).problems).toMatchObject([{ code: 'VARIABLE_MISSING' }]);
  });
});

test('image placeholders name a folder and a variant', () => {
  expect(
    [
      '${MODULES.filter}',
      '${MODULES.filter.debug}',
      '${MODULES.filter.amd64.debug}',
      '${MODULEDIR<../other/m>}',
      '${MODULEDIR<m>.arm64v8}',
    ]
      .flatMap(imagePlaceholders)
      .map(({ dir, variant }) => [dir, variant]),
  ).toEqual([
    ['modules/filter', undefined],
    ['modules/filter', 'debug'],
    ['modules/filter', 'amd64.debug'],
    ['../other/m', undefined],
    ['m', 'arm64v8'],
  ]);
  expect([undefined, 'debug', 'arm64v8'].map((variant) => platformKey(variant, 'amd64'))).toEqual([
    'amd64',
    'amd64.debug',
    'arm64v8',
  ]);
});
