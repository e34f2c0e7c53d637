import type { Logger } from 'pino';

import type { ModuleSpec } from '@companion/deployment';
import { Fifo, type Clock } from '@companion/foundation';
import type { EventSource } from '../events/event-source.ts';
import type { AgentEvent, Happening, OutputLine } from './agent-event.ts';
import type { Engine, ModuleExit, ModuleRun } from './engine/engine.ts';
import { step, type LifeEffect, type LifeInput, type LifeState } from './restart-policy.ts';

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
  readonly engine: Pick<Engine, 'run'>;
  readonly backoffUnitMs: number;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly stopGraceMs: number;
  readonly keptLines: number;
  readonly events: EventSource<AgentEvent>;
  readonly lines: EventSource<OutputLine>;
}

/**
 * Keeps one module in the state that its restart policy wants: the thin layer under `step` of restart-policy.ts, which
 * turns its effects into runs and timers, and their ends into inputs.
 */
export class ModuleRunner {
  readonly #options: ModuleRunnerOptions;
  /** The last lines of all runs. */
  readonly #kept = new Fifo<string>();
  #state: LifeState = { kind: 'idle', restarts: 0 };
  #lastExit: ModuleExit | undefined;
  /** While it runs. */
  #current: ModuleRun | undefined;
  /** Settles when the newest run has begun, or could not. */
  #launched: Promise<void> = Promise.resolve();
  /** Settles when the newest run has ended. */
  #finished: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => undefined;

  constructor(options: ModuleRunnerOptions) {
    this.#options = options;
  }

  /** Resolves when it runs (or has failed to start, which is the restart policy's business). */
  async start(): Promise<void> {
    this.#dispatch({ kind: 'start' });
    await this.#launched;
  }

  /** Resolves when nothing of the module runs any more. */
  async stop(): Promise<void> {
    this.#dispatch({ kind: 'stop' });
    await this.#finished;
  }

  /** Stops and starts, without back-off and with a fresh count of restarts. */
  async restart(): Promise<void> {
    const old = this.#finished;
    const hadProcess = this.#state.kind === 'running' || this.#state.kind === 'stopping';
    this.#dispatch({ kind: 'restart' });
    if (hadProcess) await old;
    await this.#launched;
  }

  info(): ModuleInfo {
    const running = this.#state.kind === 'running' ? this.#state : undefined;
    return {
      name: this.#options.spec.name,
      state: this.#visibleState(),
      pid: this.#current?.pid,
      restarts: this.#state.restarts,
      exitCode: this.#lastExit?.exitCode,
      metricsUrl: running && this.#current?.metricsUrl,
      startedAtMs: running?.sinceMs,
    };
  }

  /** The last lines of all its runs, oldest first. */
  output(): readonly string[] {
    return [...this.#kept];
  }

  #dispatch(input: LifeInput): void {
    const { clock, backoffUnitMs, spec } = this.#options;
    const before = this.#state;
    const nowMs = clock.now();
    const [after, effects] = step(before, input, nowMs, { policy: spec.restartPolicy, backoffUnitMs });
    this.#state = after;
    for (const effect of effects) this.#execute(effect);
    if (after.kind !== before.kind) this.#announce(nowMs);
  }

  #execute(effect: LifeEffect): void {
    const { clock, stopGraceMs } = this.#options;
    switch (effect.kind) {
      case 'spawn':
        this.#launched = this.#launch();
        this.#finished = this.#launched.then(() => this.#waitForExit());
        return;
      case 'terminate':
        void this.#launched.then(() => this.#current?.terminate(stopGraceMs));
        return;
      case 'wait':
        this.#cancelTimer();
        this.#cancelTimer = clock.after(effect.delayMs, () => this.#dispatch({ kind: 'timer' }));
        return;
      case 'unwait':
        this.#cancelTimer();
        return;
    }
  }

  async #launch(): Promise<void> {
    const { spec, engine, log } = this.#options;
    const { restarts } = this.#state;
    try {
      this.#current = await engine.run(spec, (line) => this.#keep(line));
      const { pid, label, notes } = this.#current;
      for (const text of notes) this.#emit({ kind: 'note', text });
      this.#emit({ kind: 'started', label, pid, restarts });
      log.info({ module: spec.name, pid, restarts }, 'module started');
    } catch (error) {
      // A folder that can't be made, a port that can't be had: for the restart policy this is a run that failed at once.
      this.#keep(`can't be started: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #waitForExit(): Promise<void> {
    const exit = this.#current === undefined ? { exitCode: 127, signal: null } : await this.#current.exit;
    this.#current = undefined;
    this.#lastExit = exit;
    this.#emit({ kind: 'exited', ...exit });
    this.#options.log.info({ module: this.#options.spec.name, ...exit }, 'module exited');
    this.#dispatch({ kind: 'exited', clean: exit.exitCode === 0 });
  }

  #keep(line: string): void {
    const { spec, keptLines, lines } = this.#options;
    this.#kept.push(line);
    if (this.#kept.size > keptLines) this.#kept.shift();
    lines.emit({ module: spec.name, line });
  }

  #emit(event: Happening): void {
    const { spec, clock, events } = this.#options;
    events.emit({ module: spec.name, atMs: clock.now(), ...event });
  }

  #announce(nowMs: number): void {
    const { spec, log } = this.#options;
    const state = this.#state;
    const { restarts } = state;
    if (state.kind === 'backoff') this.#emit({ kind: 'backoff', restarts, delayMs: state.untilMs - nowMs });
    else if (this.#visibleState() === 'failed') {
      log.warn({ module: spec.name, restarts, policy: spec.restartPolicy }, 'module failed and is not started again');
      this.#emit({ kind: 'failed', restarts });
    } else if (state.kind === 'idle' || state.kind === 'ended') this.#emit({ kind: 'stopped' });
  }

  #visibleState(): ModuleInfo['state'] {
    switch (this.#state.kind) {
      case 'idle':
        return 'stopped';
      case 'ended':
        return this.#lastExit?.exitCode === 0 ? 'stopped' : 'failed';
      default:
        return this.#state.kind;
    }
  }
}
