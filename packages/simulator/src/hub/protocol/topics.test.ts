import { describe, expect, test } from 'vitest';
import {
  desiredTopic,
  inputTopic,
  methodTopic,
  parsePublishTopic,
  parseSubscription,
  twinResponseTopic,
} from './topics.ts';

const parse = (topic: string) => parsePublishTopic(topic, 'd', 'm');

describe('a publish topic', () => {
  test.each([
    ['devices/d/modules/m/messages/events/%24.on=out&a=b/', 'out'],
    ['devices/d/modules/m/messages/events/%24.on=out&a=b', 'out'],
    ['devices/d/modules/m/messages/events/a=b', undefined],
  ])('%s is an event with its output and properties', (topic, output) => {
    expect(parse(topic)).toMatchObject({ kind: 'event', output, bag: { userProperties: { a: 'b' } } });
  });

  test.each(['devices/d/modules/m/messages/events', 'devices/d/modules/m/messages/events/'])(
    '%s is an event without properties',
    (topic) => {
      const bag = { userProperties: {}, systemProperties: {} };
      expect(parse(topic)).toEqual({ kind: 'event', output: undefined, bag });
    },
  );

  test('of twins and methods carries a request id, which goes back as it came', () => {
    expect(parse('$iothub/twin/GET/?$rid=a%20b')).toEqual({ kind: 'twin-get', requestId: 'a%20b' });
    expect(parse('$iothub/twin/PATCH/properties/reported/?$rid=1&$version=3')).toEqual({
      kind: 'twin-reported',
      requestId: '1',
    });
    expect(parse('$iothub/methods/res/404/?$rid=7')).toEqual({ kind: 'method-response', status: 404, requestId: '7' });
  });

  test.each([
    'devices/d/modules/m2/messages/events/',
    'devices/d/modules/m/messages/eventsx/',
    'devices/d/modules/m/messages/events/a=b/c',
    'devices/d/modules/m/messages/events/a=%E0%A4%A',
    'devices/d/messages/events/',
    '$iothub/twin/GET/',
    '$iothub/twin/GET/?$rid=',
    '$iothub/twin/PATCH/properties/desired/?$rid=1',
    '$iothub/methods/res/ok/?$rid=1',
    '$iothub/methods/POST/ping/?$rid=1',
    '',
  ])('%j is refused', (topic) => {
    expect(parse(topic).kind).toBe('refused');
  });
});

describe('a subscription', () => {
  test.each([
    ['devices/d/modules/m/inputs/#', 'inputs'],
    ['devices/d/modules/m/#', 'inputs'],
    ['$iothub/twin/res/#', 'twin-responses'],
    ['$iothub/twin/PATCH/properties/desired/#', 'desired'],
    ['$iothub/methods/POST/#', 'methods'],
    ['devices/d/modules/+/inputs/#', undefined],
    ['devices/d/#', undefined],
    ['$iothub/#', undefined],
    ['#', undefined],
  ])('to %s means %s', (filter, kind) => {
    expect(parseSubscription(filter, 'd', 'm')).toBe(kind);
  });
});

test('topics to a module look as the SDK reads them', () => {
  const bag = { systemProperties: { '$.cmid': 'cam' }, userProperties: { 'a/b': 'c&d=#+' } };
  expect(inputTopic('d', 'm', 'in', bag)).toBe('devices/d/modules/m/inputs/in/%24.cmid=cam&a%2Fb=c%26d%3D%23%2B');
  expect(twinResponseTopic(200, 'r')).toBe('$iothub/twin/res/200/?$rid=r');
  expect(twinResponseTopic(204, 'r', 5)).toBe('$iothub/twin/res/204/?$rid=r&$version=5');
  expect(desiredTopic(5)).toBe('$iothub/twin/PATCH/properties/desired/?$version=5');
  expect(methodTopic('ping', '3')).toBe('$iothub/methods/POST/ping/?$rid=3');
});
