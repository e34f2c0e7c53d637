import type { AppConfig, MessageSink, Sink } from './app-config.ts';
import { checkBoxUnits } from './check-box-units.ts';
import { checkConverter } from './check-converter.ts';
import { checkSensors } from './check-sensors.ts';
import { readGroup } from './group-reader.ts';
import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import type { References } from './reference.ts';

/** The schemas that our message parser reads: full, minimal, protobuf. */
const readablePayloads = [0, 1, 2];

/** Looks at the sinks: ports, and whether messages leave in a form and on a topic that something takes. */
export function* checkSinks(
  app: AppConfig,
  collected: References,
  topics: readonly string[] | undefined,
): Generator<ConfigDiagnostic> {
  const sinks = app.sinks.filter((sink) => sink.enabled);
  yield* checkPorts(app, sinks);
  yield* checkErrorPropagation(app, sinks);
  const messages = sinks.filter((sink) => sink.message !== undefined);
  if (messages.length === 0 && topics !== undefined) {
    yield diagnose(
      'warning',
      'no-message-sink',
      { file: app.path, line: 1 },
      'no sink of type 6 is enabled: there will be no messages',
    );
  }
  if (messages.length > 0) yield* checkBoxUnits(app, collected);
  for (const { group, message } of messages) {
    if (message !== undefined) yield* checkMessages(app, collected, group, message, topics);
  }
}

function* checkPorts(app: AppConfig, sinks: readonly Sink[]): Generator<ConfigDiagnostic> {
  for (const key of ['rtsp', 'udp'] as const) {
    const owners = new Map<number, string>();
    for (const { group, ports } of sinks) {
      if (ports === undefined) continue;
      const port = ports[key];
      const owner = owners.get(port);
      if (owner === undefined) {
        owners.set(port, group);
        continue;
      }
      const at = { file: app.path, line: readGroup(app.file, group).lineOf(`${key}-port`) };
      yield diagnose('error', 'port-conflict', at, `[${group}] and [${owner}] both use ${key}-port ${port}`);
    }
  }
}

function* checkMessages(
  app: AppConfig,
  collected: References,
  group: string,
  message: MessageSink,
  topics: readonly string[] | undefined,
): Generator<ConfigDiagnostic> {
  const reader = readGroup(app.file, group);
  const at = (key: string) => ({ file: app.path, line: reader.lineOf(key) });
  const converter = app.messageConverter?.enabled === true ? app.messageConverter : undefined;
  const toEdgeHub = (message.brokerLibrary ?? '').includes('azure_edge');

  if (message.sharesConverter && converter === undefined) {
    const text = `[${group}] disable-msgconv=1 sends what [message-converter] makes, and that is not enabled`;
    yield diagnose('error', 'converter-missing', at('disable-msgconv'), text);
  }
  const payloadType = message.sharesConverter ? (converter?.payloadType ?? 0) : message.payloadType;
  if (!readablePayloads.includes(payloadType)) {
    const text = `[${group}] msg-conv-payload-type=${payloadType} is none of 0 (full), 1 (minimal), 2 (protobuf), which the filter reads`;
    const key = 'msg-conv-payload-type';
    yield diagnose(toEdgeHub || topics !== undefined ? 'error' : 'warning', 'payload-type-unreadable', at(key), text);
  }
  if (topics !== undefined && toEdgeHub && !topics.includes(message.topic ?? '')) {
    const known = topics.length === 0 ? 'no route takes any' : `routes take ${topics.join(', ')}`;
    const text = `[${group}] topic=${message.topic ?? ''}: no route takes this output (${known}), edgeHub drops its messages`;
    yield diagnose('error', 'topic-without-route', at('topic'), text);
  }
  const shared = message.sharesConverter && converter !== undefined;
  const place = shared ? converter.group : group;
  yield* checkConverter(app, { group: place, payloadType });
  const configFile = shared ? converter.configFile : message.converterConfig;
  const newApi = shared ? converter.newApi : message.newApi;
  yield* checkSensors(app, collected, { configFile, newApi });
}

/** The Azure adapter has no function for what error propagation calls. */
function* checkErrorPropagation(app: AppConfig, sinks: readonly Sink[]): Generator<ConfigDiagnostic> {
  const { sourceList } = app;
  if (sourceList?.propagatesErrors !== true) return;
  const libraries = [sourceList.brokerLibrary, ...sinks.map(({ message }) => message?.brokerLibrary)];
  if (!libraries.some((library) => library?.includes('azure'))) return;
  const at = { file: app.path, line: readGroup(app.file, 'source-list').lineOf('enable-error-propagation') };
  const text = '[source-list] enable-error-propagation=1 crashes DeepStream with the Azure adapter: set it to 0';
  yield diagnose('error', 'error-propagation-with-azure', at, text);
}
