import { orAborted, untilAborted } from './abort.ts';
import type { AppPlan } from './plan/app-plan.ts';
import { sleep, type Clock } from '@companion/foundation';
import { prepareEngine } from './playback/engine.ts';
import { messagesOf } from './playback/messages.ts';
import type { Outlet } from './outlet/outlet.ts';
import { FrameRates } from './playback/frame-rates.ts';
import { playSource, type PlayedFrame } from './playback/player.ts';
import { Replay } from './playback/replay.ts';
import type { Settings } from './settings.ts';

/** What a run needs. */
export interface AppParts {
  /** One for each `-c`; they run beside each other. */
  readonly plans: readonly AppPlan[];
  readonly settings: Settings;
  /** The model that `-m` names: 1 is the detector of cars, bicycles, people and road signs. */
  readonly modelUsed: number;
  readonly outlet: Outlet;
  readonly clock: Clock;
  /** Aborts on SIGINT. */
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** Prints as it stands what the real app would print. */
  readonly print: (text: string) => void;
  /** Everything is built and plays from now on. */
  readonly onPlaying: () => void;
  /** Ends the process as a segmentation fault does. */
  readonly crash: () => void;
}

const replayStatusMs = 5000;

/**
 * Runs plans to their end: engines, then the recordings to the end of the last one (or, with `file-loop`, until the
 * abort), or the replay of a file of messages, which waits for the abort when it is done. Rejects with the hub's or the
 * replay's error where going on makes no sense.
 */
export async function runApp(parts: AppParts): Promise<void> {
  const { plans, settings, outlet, clock, signal, say } = parts;
  for (const model of plans.flatMap(({ models }) => models)) {
    await prepareEngine({ model, buildMs: settings.engineBuildMs, clock, signal, say });
  }
  if (signal.aborted) return;
  try {
    // The hub may take its time to come up; SIGINT must not have to wait for it.
    if (plans.some(({ outputs }) => outputs.length > 0)) await orAborted(outlet.start(), signal);
    parts.onPlaying();
    await (settings.replayFile === undefined
      ? Promise.all(plans.map((plan, index) => playAll(parts, plan, plans.length > 1 ? index : undefined)))
      : replay(parts, settings.replayFile));
  } finally {
    await outlet.stop();
    const { sent, dropped, failed } = outlet.counts;
    say(`${sent} messages sent, ${dropped} dropped, ${failed} not acknowledged`);
  }
}

async function playAll(parts: AppParts, plan: AppPlan, instance: number | undefined): Promise<void> {
  const { settings, clock, signal, say, print } = parts;
  const { sources, perfIntervalMs, waits } = plan;
  const rates = new FrameRates({
    streams: Array.from({ length: plan.streams }, (_, stream) => stream),
    intervalMs: perfIntervalMs ?? 1,
    instance,
  });
  const ended = new AbortController();
  const reporting =
    perfIntervalMs === undefined
      ? undefined
      : every({ ms: perfIntervalMs, clock, signal: ended.signal, call: () => print(rates.report(clock.now())) });
  if (waits) await untilAborted(signal);
  else
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
          rates.count(source.stream, clock.now());
          if (plan.detects) tell(parts, plan, frame);
        },
      }),
    ),
  );
  ended.abort();
  await reporting;
  say(signal.aborted ? 'interrupted, stops' : 'end of all streams');
}

/** Sends what a frame comes to at each output. */
function tell({ settings, modelUsed, outlet, clock, say, crash }: AppParts, plan: AppPlan, frame: PlayedFrame): void {
  for (const output of plan.outputs) {
    if (output.path === 'frames' && output.descriptions === undefined) {
      say('msg-conv-msg2p-new-api=1 without msg-conv-config: crashes here, as DeepStream does (SIGSEGV)');
      crash();
      return;
    }
    const telling = { frame, output, plan, version: settings.version, modelUsed, nowMs: clock.now() };
    for (const body of messagesOf(telling)) outlet.offer(output.topic, body);
  }
}

async function replay({ plans, outlet, clock, signal, say }: AppParts, file: string): Promise<void> {
  const topic = plans.flatMap(({ outputs }) => outputs)[0]?.topic ?? '';
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
