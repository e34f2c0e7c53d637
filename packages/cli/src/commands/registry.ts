import type { Command } from '../command/command.ts';
import { apply } from './apply.ts';
import { configCheck } from './config-check.ts';
import { configFileLoop } from './config-file-loop.ts';
import { configGet } from './config-get.ts';
import { configInterval } from './config-interval.ts';
import { configMessageSink } from './config-message-sink.ts';
import { configRtspOut } from './config-rtsp-out.ts';
import { configSet } from './config-set.ts';
import { configSources } from './config-sources.ts';
import { layer } from './layer.ts';
import { manifest } from './manifest.ts';
import { messageParse } from './message-parse.ts';
import { pack } from './pack.ts';
import { replay } from './replay.ts';
import { status } from './status.ts';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  configGet,
  configSet,
  configCheck,
  configSources,
  configRtspOut,
  configMessageSink,
  configInterval,
  configFileLoop,
  messageParse,
  replay,
  pack,
  apply,
  status,
  manifest,
  layer,
];
