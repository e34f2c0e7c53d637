import { parseMqttSettings, type MqttSettings } from './mqtt-input/index.ts';

/** What the environment says to this module alone. */
export interface Settings {
  /** Where the outbox and the checkpoint live. */
  readonly dataFolder: string;
  /** The volume that the artifacts module fills. */
  readonly artifactsRoot: string;
  /** A broker to listen to beside the hub's input; undefined for none. */
  readonly mqtt: MqttSettings | undefined;
}

/**
 * Reads FILTER_DATA (default `/data`), ARTIFACTS_ROOT (default `/artifacts`) and DETECTIONS_MQTT_*. A deployment's
 * placeholder that nobody filled is an empty text: the same as none. Throws ENVIRONMENT_INVALID.
 */
export function parseSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  return {
    dataFolder: textOr(variables['FILTER_DATA'], '/data'),
    artifactsRoot: textOr(variables['ARTIFACTS_ROOT'], '/artifacts'),
    mqtt: parseMqttSettings(variables),
  };
}

function textOr(text: string | undefined, fallback: string): string {
  return text === undefined || text === '' ? fallback : text;
}
