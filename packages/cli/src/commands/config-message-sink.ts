import { setMessageSink } from '@companion/deepstream/recipes';
import { defineCommand } from '../command/command.ts';
import { editNotes, editOptions, editConfig } from '../config/edit-config.ts';

/** `companion config message-sink`. */
export const command = defineCommand({
  operands: 'FILE TOPIC',
  notes: `${editNotes}\n--frame-interval thins frames with objects too, and boxes then come in streammux pixels. It and the full schema need a\nfile with a [sensorN] for each source; without --converter-config it is written beside the config.`,
  examples: [
    'companion config message-sink app.txt detections',
    'companion config message-sink app.txt detections --payload full --frame-interval 5',
  ],
  options: {
    ...editOptions,
    payload: {
      type: 'text',
      value: 'SCHEMA',
      choices: ['minimal', 'full', 'protobuf'],
      help: 'minimal without the option',
    },
    library: { type: 'text', value: 'PATH', help: "the adapter's libnvds_…_proto.so; IoT Edge's without the option" },
    connection: { type: 'text', value: 'TEXT', help: 'msg-broker-conn-str; the IoT Edge adapter needs none' },
    'converter-config': { type: 'text', value: 'PATH', help: 'msg-conv-config: names of sensors and places' },
    'frame-interval': {
      type: 'integer',
      value: 'COUNT',
      help: 'one message in so many frames (DeepStream 6.0 and later)',
    },
  },
  run: ({ operands: [path, topic], options }, terminal) => {
    const {
      payload,
      library,
      connection,
      'converter-config': converterConfig,
      'frame-interval': frameInterval,
    } = options;
    return editConfig({ path, json: options.json }, terminal, (file, writeBeside) => {
      setMessageSink(
        file,
        {
          topic,
          ...(payload !== undefined && { payload }),
          ...(library !== undefined && { library }),
          ...(connection !== undefined && { connection }),
          ...(converterConfig !== undefined && { converterConfig }),
          ...(frameInterval !== undefined && { frameInterval }),
        },
        writeBeside,
      );
    });
  },
});
