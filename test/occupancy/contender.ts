import type { Frame } from '@companion/deepstream/message';
import { parseDesired, Pipeline } from '@companion/occupancy';
import { spots } from './car-park.ts';

/** A place's state as something takes it to be, at the moment it says so. */
export interface Claim {
  readonly spot: string;
  readonly atMs: number;
  readonly state: 'occupied' | 'empty';
}

/** A way to get from detections to states. */
export interface Contender {
  readonly name: string;
  frame(frame: Frame, receivedMs: number): readonly Claim[];
  tick(nowMs: number): readonly Claim[];
}

/** The pipeline with the twin's defaults. */
export function createOurs(): Contender {
  const zones = Object.fromEntries(
    spots.map(({ name, polygon }) => [name, { kind: 'spot', sensor: 'Yard', polygon: [...polygon] }]),
  );
  const desired = parseDesired({ zones });
  if (!desired.ok) throw new Error(JSON.stringify(desired.mistakes));
  const pipeline = new Pipeline(desired.config);
  const step = (input: Parameters<typeof pipeline.step>[0], atMs: number): readonly Claim[] =>
    pipeline.step(input).flatMap((event) => {
      return event.kind === 'spot' && event.state !== 'unknown' ? [{ spot: event.zone, atMs, state: event.state }] : [];
    });
  return {
    name: 'ours',
    frame: (frame, receivedMs) => step({ type: 'frame', frame, receivedMs }, receivedMs),
    tick: (nowMs) => step({ type: 'tick', nowMs }, nowMs),
  };
}

/** What people write first: a place is taken in every frame with a vehicle's lower middle in it, `framesIn` times in a row. */
export function createPolygonTest(name: string, framesIn: number): Contender {
  const taken = new Map<string, boolean>();
  const inARow = new Map<string, number>();
  return {
    name,
    tick: () => [],
    frame({ detections }, receivedMs) {
      const claims: Claim[] = [];
      for (const { name: spot, polygon } of spots) {
        const [left = 0, top = 0, right = 0, , , bottom = 0] = polygon;
        const covered = detections.some(({ label, box }) => {
          if (box === null || label === 'Person') return false;
          const x = (box.left + box.right) / 2;
          return x >= left && x < right && box.bottom >= top && box.bottom < bottom;
        });
        const count = covered ? (inARow.get(spot) ?? 0) + 1 : 0;
        inARow.set(spot, count);
        const next = covered && (count >= framesIn || taken.get(spot) === true);
        if (next === taken.get(spot)) continue;
        taken.set(spot, next);
        claims.push({ spot, atMs: receivedMs, state: next ? 'occupied' : 'empty' });
      }
      return claims;
    },
  };
}
