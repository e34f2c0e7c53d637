import { rtspOut } from '@companion/deepstream/recipes';
import { integerArgument, wordArgument } from '../command/argument.ts';
import { defineCommand } from '../command/command.ts';
import { editNotes, editOptions, editConfig } from '../config/edit-config.ts';

/** `companion config rtsp-out`. */
export const configRtspOut = defineCommand({
  group: 'config',
  name: 'rtsp-out',
  summary: 'Show the processed video as an RTSP stream instead of on a screen.',
  operands: 'FILE',
  notes: editNotes,
  options: {
    ...editOptions,
    port: { type: 'string', value: 'PORT', help: 'where viewers connect; 8554 where the config has none' },
    'udp-port': {
      type: 'string',
      value: 'PORT',
      help: 'between encoder and RTSP server; 5400 where the config has none',
    },
    codec: { type: 'string', value: 'CODEC', help: 'h264 or h265' },
    bitrate: { type: 'string', value: 'BITS', help: 'bits a second; 4000000 where the config has none' },
  },
  run: ({ operands: [path], options }, terminal) => {
    const rtspPort = integerArgument('--port', options.port);
    const udpPort = integerArgument('--udp-port', options['udp-port']);
    const codec = wordArgument('--codec', options.codec, ['h264', 'h265']);
    const bitrate = integerArgument('--bitrate', options.bitrate);
    return editConfig({ path, json: options.json === true }, terminal, (file) => {
      rtspOut(file, {
        ...(rtspPort !== undefined && { rtspPort }),
        ...(udpPort !== undefined && { udpPort }),
        ...(codec !== undefined && { codec }),
        ...(bitrate !== undefined && { bitrate }),
      });
    });
  },
});
