import { rtspOut } from '@companion/deepstream/recipes';
import { defineCommand } from '../command/command.ts';
import { editNotes, editOptions, editConfig } from '../config/edit-config.ts';

/** `companion config rtsp-out`. */
export const command = defineCommand({
  operands: 'FILE',
  notes: editNotes,
  examples: ['companion config rtsp-out app.txt', 'companion config rtsp-out app.txt --port 8555 --codec h265'],
  options: {
    ...editOptions,
    port: { type: 'integer', value: 'PORT', help: 'where viewers connect; 8554 where the config has none' },
    'udp-port': {
      type: 'integer',
      value: 'PORT',
      help: 'between encoder and RTSP server; 5400 where the config has none',
    },
    codec: { type: 'text', value: 'CODEC', choices: ['h264', 'h265'], help: "the encoder's; as it is without it" },
    bitrate: { type: 'integer', value: 'BITS', help: 'bits a second; 4000000 where the config has none' },
  },
  run: ({ operands: [path], options }, terminal) => {
    const { port: rtspPort, 'udp-port': udpPort, codec, bitrate } = options;
    return editConfig({ path, json: options.json }, terminal, (file) => {
      rtspOut(file, {
        ...(rtspPort !== undefined && { rtspPort }),
        ...(udpPort !== undefined && { udpPort }),
        ...(codec !== undefined && { codec }),
        ...(bitrate !== undefined && { bitrate }),
      });
    });
  },
});
