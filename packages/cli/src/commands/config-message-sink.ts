import { setMessageSink } from '@companion/deepstream/recipes';
import { integerArgument, wordArgument } from '../command/argument.ts';
import { defineCommand } from '../command/command.ts';
import { editNotes, editOptions, editConfig } from '../config/edit-config.ts';

/** `companion config message-sink`. */
export const configMessageSink = defineCommand({
  group: 'config',
  name: 'message-sink',
  summary: 'Send detections to a topic: the output that a route of edgeHub takes them from.',
  operands: 'FILE TOPIC',
  notes: editNotes,
  options: {
    ...editOptions,
    payload: { type: 'string', value: 'SCHEMA', help: 'minimal (as without the option), full or protobuf' },
    library: { type: 'string', value: 'PATH', help: "the adapter's libnvds_…_proto.so; IoT Edge's without the option" },
    connection: { type: 'string', value: 'TEXT', help: 'msg-broker-conn-str; the IoT Edge adapter needs none' },
    'converter-config': { type: 'string', value: 'PATH', help: 'msg-conv-config: names of sensors and places' },
    'frame-interval': {
      type: 'string',
      value: 'COUNT',
      help: 'one message in so many frames (DeepStream 6.0 and later)',
    },
  },
  run: ({ operands: [path, topic = ''], options }, terminal) => {
    const payload = wordArgument('--payload', options.payload, ['full', 'minimal', 'protobuf']);
    const frameInterval = integerArgument('--frame-interval', options['frame-interval']);
    const { library, connection, 'converter-config': converterConfig } = options;
    return editConfig({ path, json: options.json === true }, terminal, (file) => {
      setMessageSink(file, {
        topic,
        ...(payload !== undefined && { payload }),
        ...(library !== undefined && { library }),
        ...(connection !== undefined && { connection }),
        ...(converterConfig !== undefined && { converterConfig }),
        ...(frameInterval !== undefined && { frameInterval }),
      });
    });
  },
});
