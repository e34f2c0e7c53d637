import type { Logger } from 'pino';

import type { ModuleSpec } from '@companion/deployment';
import { step } from './restart-policy.ts';
import type { LifeEffect, LifeInput, LifeState, RestartRule } from './restart-policy.ts';
import type { AgentClock } from './agent-clock.ts';
import type { AgentEvent, Happening } from './agent-event.ts';
import type { ModuleExit, ModuleRun } from './engine/engine.ts';

/** What one module does at the moment. */
export interface ModuleInfo {
  readonly name: string;
  readonly state: 'running' | 'stopping' | 'backoff' | 'stopped' | 'failed';
  /** Of its first process; undefined while it does not run. */
  readonly pid: number | undefined;
  /** Restarts by the restart policy since it was last started by hand or was healthy for long. */
  readonly restarts: number;
  /** Of the last run that ended; null where a signal ended it. */
  readonly exitCode: number | null | undefined;
  readonly metricsUrl: string | undefined;
  /** Milliseconds since 1970; undefined while it does not run. */
  readonly startedAtMs: number | undefined;
}

/** What the runner of one module needs. */
export interface ModuleRunnerOptions {
  readonly spec: ModuleSpec;
  readonly rule: RestartRule;
  readonly clock: AgentClock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly stopGraceMs: number;
  readonly keptLines: number;
  /** Starts it once more. */
  readonly run: (onLine: (line: string) => void) => Promise<ModuleRun>;
  readonly onOutput: (line: string) => void;
  readonly onEvent: (event: AgentEvent) => void;
}

/** Keeps one module in the state that its restart policy wants. */
export interface ModuleRunner {
  /** Resolves when it runs (or has failed to start, which is the restart policy's business). */
  start(): Promise<void>;
  /** Resolves when nothing of the module runs any more. */
  stop(): Promise<void>;
  /** Stops and starts, without back-off and with a fresh count of restarts. */
  restart(): Promise<void>;
  info(): ModuleInfo;
  /** The last lines of all its runs, oldest first. */
  output(): readonly string[];
}

/** The thin layer under `step` of rules/restart-policy.ts: turns its effects into runs and timers, and their ends into inputs. */
export function createModuleRunner(options: ModuleRunnerOptions): ModuleRunner {
  const { spec, clock, log } = options;
  const kept: string[] = [];
  let state: LifeState = { kind: 'idle', restarts: 0 };
  let lastExit: ModuleExit | undefined;
  let current: ModuleRun | undefined;
  let launched: Promise<void> = Promise.resolve();
  let finished: Promise<void> = Promise.resolve();
  let cancelTimer: () => void = () => undefined;

  function line(text: string): void {
    kept.push(text);
    if (kept.length > options.keptLines) kept.shift();
    options.onOutput(text);
  }
  function dispatch(input: LifeInput): void {
    const before = state;
    const nowMs = clock.now();
    const [after, effects] = step(state, input, nowMs, options.rule);
    state = after;
    effects.forEach(execute);
    if (after.kind !== before.kind) tell(nowMs);
  }
  function execute(effect: LifeEffect): void {
    switch (effect.kind) {
      case 'spawn':
        launched = launch();
        finished = launched.then(waitForExit);
        return;
      case 'terminate':
        void launched.then(() => current?.terminate(options.stopGraceMs));
        return;
      case 'wait':
        cancelTimer();
        cancelTimer = clock.after(effect.delayMs, () => dispatch({ kind: 'timer' }));
        return;
      case 'unwait':
        cancelTimer();
        return;
    }
  }
  async function launch(): Promise<void> {
    try {
      current = await options.run(line);
      const { pid, label } = current;
      emit({ kind: 'started', label, pid, restarts: state.restarts });
      log.info({ module: spec.name, pid, restarts: state.restarts }, 'module started');
    } catch (error) {
      // A folder that can't be made, a port that can't be had: for the restart policy this is a run that failed at once.
      line(`can't be started: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  async function waitForExit(): Promise<void> {
    const exit = current === undefined ? { exitCode: 127, signal: null } : await current.exit;
    current = undefined;
    lastExit = exit;
    emit({ kind: 'exited', ...exit });
    log.info({ module: spec.name, ...exit }, 'module exited');
    dispatch({ kind: 'exited', clean: exit.exitCode === 0 });
  }
  function emit(event: Happening): void {
    options.onEvent({ module: spec.name, atMs: clock.now(), ...event });
  }
  function tell(nowMs: number): void {
    const { restarts } = state;
    if (state.kind === 'backoff') emit({ kind: 'backoff', restarts, delayMs: state.untilMs - nowMs });
    else if (visibleState() === 'failed') {
      log.warn({ module: spec.name, restarts, policy: spec.restartPolicy }, 'module failed and is not started again');
      emit({ kind: 'failed', restarts });
    } else if (state.kind === 'idle' || state.kind === 'ended') emit({ kind: 'stopped' });
  }
  function visibleState(): ModuleInfo['state'] {
    if (state.kind === 'idle') return 'stopped';
    if (state.kind === 'ended') return lastExit?.exitCode === 0 ? 'stopped' : 'failed';
    return state.kind;
  }

  return {
    async start() {
      dispatch({ kind: 'start' });
      await launched;
    },
    async stop() {
      dispatch({ kind: 'stop' });
      await finished;
    },
    async restart() {
      const old = finished;
      const hadProcess = state.kind === 'running' || state.kind === 'stopping';
      dispatch({ kind: 'restart' });
      if (hadProcess) await old;
      await launched;
    },
    info: () => ({
      name: spec.name,
      state: visibleState(),
      pid: current?.pid,
      restarts: state.restarts,
      exitCode: lastExit?.exitCode,
      metricsUrl: state.kind === 'running' ? current?.metricsUrl : undefined,
      startedAtMs: state.kind === 'running' ? state.sinceMs : undefined,
    }),
    output: () => [...kept],
  };
}
