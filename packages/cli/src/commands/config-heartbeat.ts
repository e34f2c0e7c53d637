import { setHeartbeat } from '@companion/deepstream/recipes';
import type { FrameSize } from '@companion/deepstream/recipes';
import { CliError } from '../command/cli-error.ts';
import { defineCommand } from '../command/command.ts';
import { editConfig, editNotes, editOptions } from '../config/edit-config.ts';

/** `companion config heartbeat`. */
export const command = defineCommand({
  operands: 'FILE',
  notes: `${editNotes}
An empty scene is then a message too, so the filter can tell it from a dead camera. It takes DeepStream 6.0 or later. Boxes
then come in pixels of [streammux]: --source-size says what the cameras send, so that no zone moves without notice. Times
are those of the conversion, by the device's clock. --frame-interval thins frames with objects too: one message a second is
enough for spots, lines and areas need five or more.`,
  examples: [
    'companion config heartbeat app.txt --source-size 1920x1080',
    'companion config heartbeat app.txt --source-size 1280x720 --resize --frame-interval 5',
  ],
  options: {
    ...editOptions,
    'source-size': { type: 'text', value: 'WxH', help: 'the resolution of all cameras, as 1920x1080' },
    resize: { type: 'flag', help: 'let [streammux] have that resolution where it has another' },
    'frame-interval': { type: 'integer', value: 'COUNT', help: 'one message in so many frames' },
  },
  run: ({ operands: [path], options }, terminal) => {
    const { 'source-size': size, resize, 'frame-interval': frameInterval } = options;
    const sourceSize = size === undefined ? undefined : parseSize(size);
    return editConfig({ path, json: options.json }, terminal, (file, writeBeside) => {
      setHeartbeat(
        file,
        {
          resize,
          ...(sourceSize !== undefined && { sourceSize }),
          ...(frameInterval !== undefined && { frameInterval }),
        },
        writeBeside,
      );
    });
  },
});

function parseSize(text: string): FrameSize {
  const match = /^(\d{1,5})x(\d{1,5})$/i.exec(text);
  if (match === null) throw new CliError('usage', `companion: --source-size must be like 1920x1080, not ${text}`);
  return { width: Number(match[1]), height: Number(match[2]) };
}
