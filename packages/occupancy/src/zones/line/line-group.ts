/* The lines that one sensor looks at, each with its own state. Silence says nothing about them: nothing crosses unseen. */
import { copyOf, trackedWatch, tracksFor, type TrackedWatch } from '../common/tracked-watch.ts';
import type { GroupOptions, Scene, WatchGroup } from '../common/zone-kind.ts';
import type { LineTypes } from './kind.ts';
import { lineTotals, seeLine, shiftLine, uncrossedLine, type LineState } from './line.ts';
import type { LineEvent, LineView, LineZone } from './types.ts';

/** Lines at work. */
export class LineGroup implements WatchGroup<LineTypes> {
  /** In the order of the zones. */
  readonly #lines: readonly TrackedWatch<LineZone, LineState>[];

  constructor({ zones, stateOf }: GroupOptions<LineTypes>) {
    this.#lines = zones.map((zone) => trackedWatch(zone, stateOf(zone) ?? uncrossedLine()));
  }

  see({ at, tracks }: Scene): readonly LineEvent[] {
    return this.#lines.flatMap((line) => seeLine(line.zone, line.state, at, tracksFor(line, tracks)));
  }

  quiet(): readonly LineEvent[] {
    return [];
  }

  lose(): readonly LineEvent[] {
    return [];
  }

  mayBeEmpty(): boolean {
    return true;
  }

  shift(byMs: number): void {
    for (const { state } of this.#lines) shiftLine(state, byMs);
  }

  views(): readonly LineView[] {
    return this.#lines.map(({ zone, state }) => {
      const totals = lineTotals(state);
      return { zone: zone.name, kind: 'line', sensor: zone.sensor, state: state.state, since: state.since, totals };
    });
  }

  states(): readonly (readonly [string, LineState])[] {
    return this.#lines.map(({ zone, state }) => [zone.name, copyOf(state)] as const);
  }
}
