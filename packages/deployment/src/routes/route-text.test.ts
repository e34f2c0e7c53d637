import { describe, expect, test } from 'vitest';
import { messageSource, sourceMatches, sourcePrefix, twinChangeSource } from './route-match.ts';
import { parseRouteText } from './route-text.ts';

describe('the text of a route', () => {
  test.each([
    ['FROM /messages/* INTO $upstream', '/messages/*', { kind: 'upstream' }],
    ['select * from /* into $Upstream', '/*', { kind: 'upstream' }],
    [
      '  FROM /messages/modules/cam/outputs/o\n INTO BrokeredEndpoint("/modules/filter/inputs/in1") ',
      '/messages/modules/cam/outputs/o',
      { kind: 'module', module: 'filter', input: 'in1' },
    ],
    ["FROM /* INTO brokeredendpoint( '/modules/a.b/inputs/i' )", '/*', { kind: 'module', module: 'a.b', input: 'i' }],
  ])('%s is understood', (text, source, sink) => {
    expect(parseRouteText(text)).toEqual({ source, condition: undefined, sink });
  });

  test('keeps a condition whole, even where it talks of INTO', () => {
    expect(parseRouteText(`FROM /* WHERE a = "x INTO $upstream" AND b > 1 INTO $upstream`)).toMatchObject({
      condition: 'a = "x INTO $upstream" AND b > 1',
      sink: { kind: 'upstream' },
    });
  });

  test.each([
    '',
    'FROM /messages/*',
    'FROM /messages/* TO $upstream',
    'FROM messages INTO $upstream',
    'FROM /* INTO $downstream',
    'FROM /* INTO BrokeredEndpoint(/modules/m/inputs/i)',
    'FROM /* INTO BrokeredEndpoint("/modules/m")',
    'FROM /* INTO BrokeredEndpoint("/modules/m/outputs/i")',
    'FROM /* INTO BrokeredEndpoint("/modules/m/inputs/i/j")',
    'FROM /* INTO BrokeredEndpoint("/modules/m/inputs/+")',
    'SELECT a FROM /* INTO $upstream',
    'FROM /* INTO $upstream, BrokeredEndpoint("/modules/m/inputs/i")',
  ])('%j is refused with a reason', (text) => {
    expect(typeof parseRouteText(text)).toBe('string');
  });
});

describe('a source', () => {
  const camera = messageSource('Camera', 'Out');
  test.each([
    ['/*', camera, true],
    ['/messages', camera, true],
    ['/messages/*', camera, true],
    ['/messages/modules/camera', camera, true],
    ['/MESSAGES/modules/camera/*', camera, true],
    ['/messages/modules/camera/outputs/*', camera, true],
    ['/messages/modules/camera/outputs/out', camera, true],
    ['/messages/modules/camera/outputs/other', camera, false],
    ['/messages/modules/filter/*', camera, false],
    // A mere prefix: edgeHub compares no further.
    ['/messages/modules/cam', camera, true],
    ['/messages/modules/camera/outputs/*', messageSource('camera', undefined), false],
    ['/messages/modules/camera/*', messageSource('camera', undefined), true],
    ['/messages/*', twinChangeSource, false],
    ['/twinChangeNotifications', twinChangeSource, true],
    ['/*', twinChangeSource, true],
  ])('%s against %s: %s', (source, message, matches) => {
    expect(sourceMatches(sourcePrefix(source), message)).toBe(matches);
  });
});
