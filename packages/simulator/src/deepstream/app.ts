import { orAborted, untilAborted } from './abort.ts';
import type { AppPlan } from './plan/app-plan.ts';
import { sleep, type Clock } from '@companion/foundation';
import { prepareEngine } from './playback/engine.ts';
import { messagesOf } from './playback/messages.ts';
import type { Outlet } from './outlet/outlet.ts';
import { FrameRates } from './playback/frame-rates.ts';
import { playSource } from './playback/player.ts';
import { Replay } from './playback/replay.ts';
import type { Settings } from './settings.ts';

/** What a run needs. */
export interface AppParts {
  readonly plan: AppPlan;
  readonly settings: Settings;
  /** The model that `-m` names: 1 is the detector of cars, bicycles, people and road signs. */
  readonly modelUsed: number;
  readonly outlet: Outlet;
  readonly clock: Clock;
  /** Aborts on SIGINT. */
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

const replayStatusMs = 5000;

/**
 * Runs a plan to its end: engines, then the recordings to the end of the last one (or, with `file-loop`, until the
 * abort), or the replay of a file of messages, which waits for the abort when it is done. Rejects with the hub's or the
 * replay's error where going on makes no sense.
 */
export async function runApp(parts: AppParts): Promise<void> {
  const { plan, settings, outlet, clock, signal, say } = parts;
  for (const model of plan.models) {
    await prepareEngine({ model, buildMs: settings.engineBuildMs, clock, signal, say });
  }
  if (signal.aborted) return;
  try {
    // The hub may take its time to come up; SIGINT must not have to wait for it.
    if (plan.outputs.length > 0) await orAborted(outlet.start(), signal);
    await (settings.replayFile === undefined ? playAll(parts) : replay(parts, settings.replayFile));
  } finally {
    await outlet.stop();
    const { sent, dropped, failed } = outlet.counts;
    say(`${sent} messages sent, ${dropped} dropped, ${failed} not acknowledged`);
  }
}

async function playAll({ plan, settings, modelUsed, outlet, clock, signal, say }: AppParts): Promise<void> {
  const { sources, outputs, perfIntervalMs } = plan;
  const rates = new FrameRates(
    sources.map(({ group }) => group),
    clock.now(),
  );
  const ended = new AbortController();
  const reporting =
    perfIntervalMs === undefined
      ? undefined
      : every({
          ms: perfIntervalMs,
          clock,
          signal: ended.signal,
          call: () => {
            const { sent, dropped } = outlet.counts;
            say(`${rates.line(clock.now())}; ${sent} messages sent, ${dropped} dropped`);
          },
        });
  say(
    `plays ${sources.map(({ group, file }) => `[${group}] ${file}`).join(', ')}${plan.loops ? ', again and again' : ''}`,
  );
  await Promise.all(
    sources.map((source) =>
      playSource({
        source,
        fps: settings.fps,
        loops: plan.loops,
        clock,
        signal,
        onFrame: (frame) => {
          rates.count(source.group);
          if (!plan.detects) return;
          for (const output of outputs) {
            for (const body of messagesOf({ frame, output, tracks: plan.tracks, modelUsed }))
              outlet.offer(output.topic, body);
          }
        },
      }),
    ),
  );
  ended.abort();
  await reporting;
  say(signal.aborted ? 'interrupted, stops' : 'end of all streams');
}

async function replay({ plan, outlet, clock, signal, say }: AppParts, file: string): Promise<void> {
  const topic = plan.outputs[0]?.topic ?? '';
  say(`replays ${file} to ${topic} instead of the recordings`);
  let lastMs = clock.now();
  const replaying = new Replay({
    file,
    clock,
    signal,
    send: (line) => outlet.send(topic, line),
    onSent: (sent) => {
      if (clock.now() - lastMs < replayStatusMs) return;
      lastMs = clock.now();
      say(`replayed ${sent} messages so far`);
    },
  }).run();
  // A hub that is away would hold the replay up for as long as a message may take.
  const count = await orAborted(replaying, signal);
  if (count === undefined || signal.aborted) {
    say(`interrupted while replaying ${file}`);
    return;
  }
  say(`replayed ${count} messages of ${file}, all acknowledged`);
  say('stays until SIGINT: a restart would replay them again');
  await untilAborted(signal);
}

async function every(options: { ms: number; clock: Clock; signal: AbortSignal; call: () => void }): Promise<void> {
  const { ms, clock, signal, call } = options;
  for (;;) {
    await sleep(clock, ms, signal);
    if (signal.aborted) return;
    call();
  }
}
