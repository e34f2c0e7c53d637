export { MqttInput } from './mqtt-input.ts';
export { parseMqttSettings, type MqttSettings } from './settings.ts';
