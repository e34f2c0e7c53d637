import type { RestartPolicy } from '@companion/deployment';

/**
 * When a module is started again, as edgeAgent decides it (RestartPolicyManager in Azure/iotedge).
 *
 *              start                 exited, policy says restart            exited, policy says no
 *   idle ───────────────▶ running ───────────────────────────▶ backoff      running ───▶ ended
 *                            ▲                                    │
 *                            └─────────────── timer ──────────────┘         running ───▶ failed (20 restarts)
 *
 *   stop and restart: running ──▶ stopping(next: idle | running) ── exited ──▶ idle | running; every other state at once.
 *
 * Invariants: one process at most, so `spawn` is only asked for where none lives; one timer at most, every `wait` replaces
 * the one before; `restarts` grows by back-off alone, and starts over after a healthy time or by hand.
 */

/** The life of one module, as its agent sees it. Times are milliseconds of the agent's clock. */
export type LifeState =
  | { readonly kind: 'idle'; readonly restarts: number }
  | { readonly kind: 'running'; readonly restarts: number; readonly sinceMs: number }
  | { readonly kind: 'stopping'; readonly restarts: number; readonly next: 'idle' | 'running' }
  | { readonly kind: 'backoff'; readonly restarts: number; readonly untilMs: number }
  | { readonly kind: 'ended'; readonly restarts: number }
  | { readonly kind: 'failed'; readonly restarts: number };

/** What happens to a module. `clean` tells exit code 0 from everything else, a signal included. */
export type LifeInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'exited'; readonly clean: boolean }
  | { readonly kind: 'timer' };

/** What the agent has to do. `wait` asks for a `timer` input after `delayMs` and replaces an earlier one; `unwait` takes it back. */
export type LifeEffect =
  | { readonly kind: 'spawn' }
  | { readonly kind: 'terminate' }
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'unwait' };

/** The policy of a module and the unit of its back-off; edgeAgent's unit is 10 s. */
export interface RestartRule {
  readonly policy: RestartPolicy;
  readonly backoffUnitMs: number;
}

/** edgeAgent's back-off unit. */
export const edgeAgentBackoffUnitMs = 10_000;
/** After so many restarts edgeAgent calls a module failed and leaves it. */
const maxRestarts = 20;
/** The longest back-off is 300 s, a module that has run for 10 minutes is healthy: both in units, so that they scale along. */
const maxBackoffUnits = 30;
const healthyUnits = 60;

/** The pause before restart number `restarts + 1`: min(10·2ⁿ, 300) s for a unit of 10 s. */
export function backoffMs(restarts: number, unitMs: number): number {
  return Math.min(2 ** restarts, maxBackoffUnits) * unitMs;
}

/** One step of a module's life; pure. An input that means nothing in a state changes nothing. */
export function step(
  state: LifeState,
  input: LifeInput,
  nowMs: number,
  rule: RestartRule,
): readonly [LifeState, readonly LifeEffect[]] {
  switch (input.kind) {
    case 'start':
      if (state.kind === 'running' || state.kind === 'backoff') return [state, []];
      if (state.kind === 'stopping') return [{ ...state, next: 'running' }, []];
      return run(0, nowMs, rule);
    case 'stop':
      if (state.kind === 'running')
        return [{ kind: 'stopping', restarts: 0, next: 'idle' }, [{ kind: 'terminate' }, { kind: 'unwait' }]];
      if (state.kind === 'stopping') return [{ ...state, next: 'idle' }, []];
      return [{ kind: 'idle', restarts: 0 }, [{ kind: 'unwait' }]];
    case 'restart':
      if (state.kind === 'running')
        return [{ kind: 'stopping', restarts: 0, next: 'running' }, [{ kind: 'terminate' }, { kind: 'unwait' }]];
      if (state.kind === 'stopping') return [{ ...state, next: 'running' }, []];
      return run(0, nowMs, rule);
    case 'exited':
      if (state.kind === 'stopping')
        return state.next === 'running' ? run(0, nowMs, rule) : [{ kind: 'idle', restarts: 0 }, []];
      if (state.kind !== 'running') return [state, []];
      return afterExit(state, input.clean, nowMs, rule);
    case 'timer':
      if (state.kind === 'backoff') {
        // A clock that was set back must not stretch the pause: edgeAgent restarts at once then; here the timer has decided.
        return run(state.restarts + 1, nowMs, rule);
      }
      return state.kind === 'running' ? [{ ...state, restarts: 0 }, []] : [state, []];
  }
}

function run(restarts: number, nowMs: number, rule: RestartRule): readonly [LifeState, readonly LifeEffect[]] {
  return [
    { kind: 'running', restarts, sinceMs: nowMs },
    [{ kind: 'spawn' }, { kind: 'wait', delayMs: healthyUnits * rule.backoffUnitMs }],
  ];
}

function afterExit(
  state: LifeState & { readonly kind: 'running' },
  clean: boolean,
  nowMs: number,
  rule: RestartRule,
): readonly [LifeState, readonly LifeEffect[]] {
  const healthy = nowMs - state.sinceMs >= healthyUnits * rule.backoffUnitMs;
  const restarts = healthy ? 0 : state.restarts;
  if (!wantsRestart(rule.policy, clean)) return [{ kind: 'ended', restarts }, [{ kind: 'unwait' }]];
  if (restarts >= maxRestarts) return [{ kind: 'failed', restarts }, [{ kind: 'unwait' }]];
  const delayMs = backoffMs(restarts, rule.backoffUnitMs);
  return [{ kind: 'backoff', restarts, untilMs: nowMs + delayMs }, [{ kind: 'wait', delayMs }]];
}

/** edgeAgent has no health probes: to it a module is unhealthy when it ended with an error, so that on-unhealthy is on-failure. */
function wantsRestart(policy: RestartPolicy, clean: boolean): boolean {
  switch (policy) {
    case 'always':
      return true;
    case 'on-failure':
    case 'on-unhealthy':
      return !clean;
    case 'never':
      return false;
  }
}
