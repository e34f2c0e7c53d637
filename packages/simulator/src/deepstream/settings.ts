import type { DeepStreamVersion } from '@companion/deepstream/message';
import * as z from 'zod';

/** What the environment says about the stand-in; none of it exists in the real app. */
export interface Settings {
  /** How long building an engine takes. */
  readonly engineBuildMs: number;
  /** Plays recordings at this rate, in frames a second, instead of their own. */
  readonly fps: number | undefined;
  readonly sink: 'hub' | 'stdout';
  /** A file of messages, one a line, to send instead of recordings. */
  readonly replayFile: string | undefined;
  /** The DeepStream whose habits it has. */
  readonly version: DeepStreamVersion;
  /** Whether it prints what the real one floods its log with. */
  readonly floods: boolean;
}

/** The settings with their meaning, as `--help` prints them. */
export const settingsHelp = `  DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS  milliseconds that building an engine takes (2000)
  DEEPSTREAM_STAND_IN_FPS              plays recordings at this rate; stamps follow it (the recorded rate)
  DEEPSTREAM_STAND_IN_SINK             hub: over IoT Edge, as the Azure adapter does; stdout: one message a line (hub)
  DEEPSTREAM_STAND_IN_REPLAY           sends the lines of this file instead, once, then waits for SIGINT
  DEEPSTREAM_STAND_IN_VERSION          the DeepStream that it plays: 4.0, 6.2, 7.0 or 9.1 (6.2)
  DEEPSTREAM_STAND_IN_FLOODS           1: prints every message and, where stdin is at its end, 25 blank lines a second,
                                       as the real one does; 0: does not (1; 0 with the sink stdout)`;

const environment = z.object({
  DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS: z.coerce.number().min(0).max(3_600_000).default(2000),
  DEEPSTREAM_STAND_IN_FPS: z.coerce.number().positive().max(10_000).optional(),
  DEEPSTREAM_STAND_IN_SINK: z.enum(['hub', 'stdout']).default('hub'),
  DEEPSTREAM_STAND_IN_REPLAY: z.string().optional(),
  DEEPSTREAM_STAND_IN_VERSION: z.enum(['4.0', '6.2', '7.0', '9.1']).default('6.2'),
  DEEPSTREAM_STAND_IN_FLOODS: z.enum(['0', '1']).optional(),
});

/** Reads the settings; an empty variable counts as unset. `reasons` name variable and fault. */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
): { readonly ok: true; readonly settings: Settings } | { readonly ok: false; readonly reasons: readonly string[] } {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    return { ok: false, reasons: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) };
  }
  const { DEEPSTREAM_STAND_IN_SINK: sink, DEEPSTREAM_STAND_IN_FLOODS: floods } = parsed.data;
  return {
    ok: true,
    settings: {
      engineBuildMs: parsed.data.DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS,
      fps: parsed.data.DEEPSTREAM_STAND_IN_FPS,
      sink,
      replayFile: parsed.data.DEEPSTREAM_STAND_IN_REPLAY,
      version: parsed.data.DEEPSTREAM_STAND_IN_VERSION,
      floods: floods === undefined ? sink === 'hub' : floods === '1',
    },
  };
}
