import type { CommandRegistry } from '../command/command.ts';
import type { GroupOf } from '../command/registry.ts';

/** All commands, in the order of the help. A new one is a file here that exports its `command`, and one line. */
export const commands = {
  'config get': {
    summary: 'Print a value, a group, or all of it, as DeepStream takes it.',
    load: () => import('./config-get.ts'),
  },
  'config set': {
    summary: 'Set a key, in its own line; a missing key or group is added.',
    load: () => import('./config-set.ts'),
  },
  'config check': {
    summary: 'Check a config with every file that it refers to.',
    load: () => import('./config-check.ts'),
  },
  'config sources': {
    summary: 'Make these URIs the sources; batch sizes, streammux and tiled display follow.',
    load: () => import('./config-sources.ts'),
  },
  'config rtsp-out': {
    summary: 'Show the processed video as an RTSP stream instead of on a screen.',
    load: () => import('./config-rtsp-out.ts'),
  },
  'config message-sink': {
    summary: 'Send detections to a topic: the output that a route of edgeHub takes them from.',
    load: () => import('./config-message-sink.ts'),
  },
  'config heartbeat': {
    summary: 'Let every frame send a message, empty ones too: silence then means a dead camera.',
    load: () => import('./config-heartbeat.ts'),
  },
  'config interval': {
    summary: 'Let inference skip so many batches after each one it looks at; 0 is every frame.',
    load: () => import('./config-interval.ts'),
  },
  'config file-loop': {
    summary: 'Play file sources again and again (on, as without a word), or once (off).',
    load: () => import('./config-file-loop.ts'),
  },
  'message parse': {
    summary: 'Read messages of DeepStream, as the filter reads them.',
    load: () => import('./message-parse.ts'),
  },
  replay: {
    summary: 'Turn recorded messages into events, as the filter does.',
    load: () => import('./replay.ts'),
  },
  pack: {
    summary: 'Pack a file or a directory as an artifact, and print its part of the twin.',
    load: () => import('./pack.ts'),
  },
  apply: {
    summary: 'Make a volume look as desired properties say, once and without IoT Edge.',
    load: () => import('./apply.ts'),
  },
  status: {
    summary: 'Say what a volume holds: its releases, what runs, what was rejected and why.',
    load: () => import('./status.ts'),
  },
  versions: {
    summary: 'Say which DeepStream runs on which JetPack, its image, and what it can do.',
    load: () => import('./versions.ts'),
  },
  manifest: {
    summary: 'Make a deployment manifest of a template, and check it.',
    load: () => import('./manifest.ts'),
  },
  layer: {
    summary: 'Make a layered deployment: artifacts or zones for all devices that a condition selects.',
    load: () => import('./layer.ts'),
  },
  completion: {
    summary: 'Print a script that lets a shell complete commands, options and files.',
    load: () => import('./completion.ts'),
  },
} satisfies CommandRegistry;

/** One line on each group of commands. */
export const groups = {
  config: 'Read, check and change configs of DeepStream.',
  message: 'Read messages of DeepStream.',
} satisfies Record<GroupOf<keyof typeof commands>, string>;
