import { EdgeError } from '@companion/edge';

/** A plain MQTT broker that DeepStream's `libnvds_mqtt_proto.so` publishes to. */
export interface MqttSettings {
  /** `mqtt:` or `mqtts:`, without credentials. */
  readonly url: string;
  /** A topic filter; `+` and `#` may be in it. */
  readonly topic: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Read again at every connection, so that it can be changed without a restart. */
  readonly passwordFile: string | undefined;
  /** PEM; without it the system's own authorities. */
  readonly caFile: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads DETECTIONS_MQTT_URL, _TOPIC, _USERNAME, _PASSWORD or _PASSWORD_FILE, and _CA_FILE; undefined where no URL is set.
 * Throws ENVIRONMENT_INVALID with all problems in one line; no secret is in it.
 */
export function parseMqttSettings(variables: Variables): MqttSettings | undefined {
  const read = (name: string): string | undefined => {
    const value = variables[`DETECTIONS_MQTT_${name}`];
    return value === '' ? undefined : value;
  };
  const text = read('URL');
  if (text === undefined) return undefined;
  const settings = {
    url: text,
    topic: read('TOPIC') ?? '',
    username: read('USERNAME'),
    password: read('PASSWORD'),
    passwordFile: read('PASSWORD_FILE'),
    caFile: read('CA_FILE'),
  };
  const problems = problemsOf(settings);
  if (problems.length > 0) {
    throw new EdgeError('ENVIRONMENT_INVALID', `environment: ${problems.join('; ')}`, { facts: { problems } });
  }
  return settings;
}

function problemsOf({ url: text, topic, username, password, passwordFile, caFile }: MqttSettings): readonly string[] {
  const problems: string[] = [];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['mqtt:', 'mqtts:'].includes(url.protocol) || url.hostname === '') {
    problems.push('DETECTIONS_MQTT_URL is no mqtt://host[:port] or mqtts://host[:port]');
  } else if (url.username !== '' || url.password !== '') {
    problems.push('DETECTIONS_MQTT_URL has credentials in it; set DETECTIONS_MQTT_USERNAME and _PASSWORD');
  }
  if (topic === '') problems.push('DETECTIONS_MQTT_TOPIC is missing');
  else if (!isTopicFilter(topic)) problems.push('DETECTIONS_MQTT_TOPIC is no topic filter');
  if (password !== undefined && passwordFile !== undefined) {
    problems.push('DETECTIONS_MQTT_PASSWORD and DETECTIONS_MQTT_PASSWORD_FILE are both set');
  }
  if (username === undefined && (password ?? passwordFile) !== undefined) {
    problems.push('DETECTIONS_MQTT_USERNAME is missing: MQTT 3.1.1 has no password without a user');
  }
  if (caFile !== undefined && url?.protocol === 'mqtt:') {
    problems.push('DETECTIONS_MQTT_CA_FILE is set, but DETECTIONS_MQTT_URL is not mqtts:');
  }
  return problems;
}

/** MQTT 3.1.1, 4.7.1: wildcards stand alone in their level, `#` only in the last. */
function isTopicFilter(topic: string): boolean {
  const levels = topic.split('/');
  return levels.every((level, n) =>
    level === '#' ? n === levels.length - 1 : level === '+' || !/[+#\u0000]/.test(level),
  );
}
