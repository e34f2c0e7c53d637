/*
 * A row of parking places along a lane, seen by one camera, and all that happens there: cars come along the lane, park,
 * leave; others double-park, pass, or queue at the gate at the lane's end; people walk over the places. What is true at
 * every moment is known.
 */
import type { Box } from '@companion/deepstream/message';
import { createRandom } from '@companion/occupancy/testing';

/** Something that is really there. `id` is what a perfect tracker would say. */
export interface Thing {
  readonly id: number;
  readonly label: 'Car' | 'Truck' | 'Person';
  readonly box: Box;
}

/** A place's state changed, in truth. */
export interface TrueChange {
  readonly spot: string;
  readonly atMs: number;
  readonly state: 'occupied' | 'empty';
}

/** The scene at work. */
export interface CarPark {
  /** What is there `elapsedMs` after the beginning; ask in order of time. */
  at(elapsedMs: number): readonly Thing[];
  /** All changes so far, in order of time. */
  readonly changes: readonly TrueChange[];
}

/** The row: name and polygon of each place. */
export const spots: readonly { readonly name: string; readonly polygon: readonly number[] }[] = Array.from(
  { length: 12 },
  (_, n) => {
    const left = 100 + n * 100;
    return { name: `P${n + 1}`, polygon: [left, 300, left + 100, 300, left + 100, 400, left, 400] };
  },
);

const laneY = 490;
const roadEnd = 1_500;
const laneSpeed = 150;
const turnMs = 3_000;

interface Parked {
  readonly id: number;
  readonly spot: number;
  readonly label: 'Car' | 'Truck';
  /** On the lane before the place, in the place, on the lane again, away. */
  readonly comesMs: number;
  readonly standsMs: number;
  readonly leavesMs: number;
}

interface Mover {
  readonly id: number;
  readonly label: 'Car' | 'Truck' | 'Person';
  readonly fromMs: number;
  readonly stops: readonly { readonly x: number; readonly forMs: number }[];
  readonly y: number;
  readonly speed: number;
}

/** Makes a scene; the same seed makes the same. */
export function createCarPark(seed: number): CarPark {
  const random = createRandom(seed);
  const changes: TrueChange[] = [];
  const parked = new Map<number, Parked>();
  const freeFromMs = spots.map(() => random() * 120_000);
  let movers: Mover[] = [];
  let nextId = 1;
  let nextMoverMs = 5_000;
  const told = new Map<number, 'occupied' | 'empty'>();

  function tell(spot: number, atMs: number, state: 'occupied' | 'empty'): void {
    if (told.get(spot) === state) return;
    told.set(spot, state);
    changes.push({ spot: spots[spot]?.name ?? '', atMs, state });
  }

  function park(spot: number, nowMs: number): void {
    const x = placeX(spot);
    const standsMs = nowMs + (x / laneSpeed) * 1_000 + turnMs;
    const leavesMs = standsMs + 40_000 + random() * random() * 3_600_000;
    const label = random() < 0.15 ? 'Truck' : 'Car';
    parked.set(spot, { id: nextId++, spot, label, comesMs: nowMs, standsMs, leavesMs });
  }

  function move(nowMs: number): void {
    const kind = random();
    const x = 100 + random() * 1_200;
    const base = { id: nextId++, fromMs: nowMs };
    if (kind < 0.45) movers.push({ ...base, label: 'Car', stops: [], y: laneY, speed: laneSpeed });
    else if (kind < 0.6)
      movers.push({
        ...base,
        label: 'Truck',
        stops: [{ x, forMs: 20_000 + random() * 100_000 }],
        y: laneY,
        speed: 100,
      });
    else if (kind < 0.75) {
      const stops = Array.from({ length: 5 }, (_, n) => ({ x: 900 + n * 110, forMs: 2_000 + random() * 8_000 }));
      movers.push({ ...base, label: 'Car', stops, y: laneY, speed: 60 });
    } else
      movers.push({
        ...base,
        label: 'Person',
        stops: [{ x, forMs: random() * 30_000 }],
        y: 330 + random() * 120,
        speed: 60,
      });
    nextMoverMs = nowMs + 5_000 + random() * 40_000;
  }

  return {
    changes,
    at(nowMs) {
      for (const spot of spots.keys()) {
        const car = parked.get(spot);
        if (!car && nowMs >= (freeFromMs[spot] ?? 0)) park(spot, nowMs);
        if (!car) continue;
        if (nowMs >= car.standsMs && nowMs < car.leavesMs) tell(spot, car.standsMs, 'occupied');
        if (nowMs >= car.leavesMs) tell(spot, car.leavesMs, 'empty');
        if (nowMs < car.leavesMs + turnMs + 12_000) continue;
        parked.delete(spot);
        freeFromMs[spot] = nowMs + 15_000 + random() * random() * 1_800_000;
      }
      if (nowMs >= nextMoverMs) move(nowMs);
      const things = [...parked.values()].map((car) => parkedThing(car, nowMs));
      movers = movers.filter((mover) => moverX(mover, nowMs) < roadEnd);
      const moving = movers.map((mover): Thing => {
        const size = sizes[mover.label];
        return { id: mover.id, label: mover.label, box: boxAt(moverX(mover, nowMs), mover.y, size) };
      });
      return [...things, ...moving].filter((thing) => thing.box.left < roadEnd && thing.box.right > 0);
    },
  };
}

const sizes = { Car: [84, 92], Truck: [96, 125], Person: [28, 80] } as const;

function placeX(spot: number): number {
  return 150 + spot * 100;
}

function boxAt(x: number, bottom: number, [width, height]: readonly [number, number]): Box {
  return { left: x - width / 2, top: bottom - height, right: x + width / 2, bottom };
}

function parkedThing(car: Parked, nowMs: number): Thing {
  const { id, label, spot } = car;
  const target = placeX(spot);
  const share = (fromMs: number, lengthMs: number): number => Math.min(Math.max((nowMs - fromMs) / lengthMs, 0), 1);
  const along = share(car.comesMs, car.standsMs - turnMs - car.comesMs);
  const inside = share(car.standsMs - turnMs, turnMs) - share(car.leavesMs, turnMs);
  const away = Math.max(0, nowMs - car.leavesMs - turnMs) * (laneSpeed / 1_000);
  return { id, label, box: boxAt(target * along + away, laneY - 96 * inside, sizes[label]) };
}

function moverX({ fromMs, stops, speed }: Mover, nowMs: number): number {
  let leftMs = nowMs - fromMs;
  let x = -50;
  for (const stop of stops) {
    const wayMs = (Math.max(stop.x - x, 0) / speed) * 1_000;
    if (leftMs <= wayMs) return x + (leftMs * speed) / 1_000;
    leftMs -= wayMs;
    x = Math.max(x, stop.x);
    if (leftMs <= stop.forMs) return x;
    leftMs -= stop.forMs;
  }
  return x + (leftMs * speed) / 1_000;
}
