import { describe, expect, test } from 'vitest';
import { parseMqttSettings } from './settings.ts';

const good = { DETECTIONS_MQTT_URL: 'mqtt://broker:1883', DETECTIONS_MQTT_TOPIC: 'detections/#' };

describe('the settings of the MQTT input', () => {
  test('are none without a URL', () => {
    expect(parseMqttSettings({ DETECTIONS_MQTT_URL: '', DETECTIONS_MQTT_TOPIC: 'x' })).toBeUndefined();
  });

  test('are what the environment says', () => {
    const variables = {
      DETECTIONS_MQTT_URL: 'mqtts://broker',
      DETECTIONS_MQTT_TOPIC: 'a/+/b',
      DETECTIONS_MQTT_USERNAME: 'u',
      DETECTIONS_MQTT_PASSWORD_FILE: '/run/password',
      DETECTIONS_MQTT_CA_FILE: '/run/ca.pem',
    };
    expect(parseMqttSettings(variables)).toEqual({
      url: 'mqtts://broker',
      topic: 'a/+/b',
      username: 'u',
      password: undefined,
      passwordFile: '/run/password',
      caFile: '/run/ca.pem',
    });
  });

  test.each([
    [{ DETECTIONS_MQTT_URL: 'http://broker' }, /URL is no mqtt:/],
    [{ DETECTIONS_MQTT_URL: 'broker:1883' }, /URL is no mqtt:/],
    [{ DETECTIONS_MQTT_URL: 'mqtt://user:secret@broker' }, /URL has credentials in it/],
    [{ DETECTIONS_MQTT_TOPIC: '' }, /TOPIC is missing/],
    [{ DETECTIONS_MQTT_TOPIC: 'a/#/b' }, /TOPIC is no topic filter/],
    [{ DETECTIONS_MQTT_TOPIC: 'a+' }, /TOPIC is no topic filter/],
    [{ DETECTIONS_MQTT_PASSWORD: 'secret' }, /USERNAME is missing/],
    [
      { DETECTIONS_MQTT_USERNAME: 'u', DETECTIONS_MQTT_PASSWORD: 'secret', DETECTIONS_MQTT_PASSWORD_FILE: 'f' },
      /are both set/,
    ],
    [{ DETECTIONS_MQTT_CA_FILE: 'f' }, /is not mqtts:/],
  ])('%j are refused without telling a secret', (variables, message) => {
    const call = () => parseMqttSettings({ ...good, ...variables });
    expect(call).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID' }) as Error);
    expect(call).toThrow(message);
    expect(call).not.toThrow(/secret/);
  });
});
