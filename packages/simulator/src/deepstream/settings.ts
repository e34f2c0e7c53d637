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
}

/** The settings with their meaning, as `--help` prints them. */
export const settingsHelp = `  DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS  milliseconds that building an engine takes (2000)
  DEEPSTREAM_STAND_IN_FPS              plays recordings at this rate; stamps follow it (the recorded rate)
  DEEPSTREAM_STAND_IN_SINK             hub: over IoT Edge, as the Azure adapter does; stdout: one message a line (hub)
  DEEPSTREAM_STAND_IN_REPLAY           sends the lines of this file instead, once, then waits for SIGINT`;

const environment = z.object({
  DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS: z.coerce.number().min(0).max(3_600_000).default(2000),
  DEEPSTREAM_STAND_IN_FPS: z.coerce.number().positive().max(10_000).optional(),
  DEEPSTREAM_STAND_IN_SINK: z.enum(['hub', 'stdout']).default('hub'),
  DEEPSTREAM_STAND_IN_REPLAY: z.string().optional(),
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
  return {
    ok: true,
    settings: {
      engineBuildMs: parsed.data.DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS,
      fps: parsed.data.DEEPSTREAM_STAND_IN_FPS,
      sink: parsed.data.DEEPSTREAM_STAND_IN_SINK,
      replayFile: parsed.data.DEEPSTREAM_STAND_IN_REPLAY,
    },
  };
}
