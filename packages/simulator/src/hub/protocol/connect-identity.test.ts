import { describe, expect, test } from 'vitest';
import { parseConnectIdentity } from './connect-identity.ts';

describe('who connects', () => {
  test('is told by user name and client id', () => {
    const username = 'hub.azure-devices.net/d/m/?api-version=2020-09-30&DeviceClientType=x%2F1';
    expect(parseConnectIdentity('d/m', username)).toEqual({
      iotHubHostName: 'hub.azure-devices.net',
      deviceId: 'd',
      moduleId: 'm',
    });
  });

  test.each([
    ['d/m', undefined],
    ['d/m', 'hub/d/?api-version=1'],
    ['d/m', 'hub/d/m'],
    ['d/m', 'hub/d/m/?DeviceClientType=x'],
    ['d/m', 'hub/d/m/?api-version='],
    ['d/m', 'hub/d/m/?api-version=1/x'],
    ['d/other', 'hub/d/m/?api-version=1'],
    ['d', 'hub/d/m/?api-version=1'],
  ])('is refused for %s and %s', (clientId, username) => {
    expect(typeof parseConnectIdentity(clientId, username)).toBe('string');
  });
});
