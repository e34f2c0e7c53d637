import { peek } from './peek.ts';

/** Messages that came faster than they could be read, in order of arrival, bounded per sensor. */
export interface Backlog {
  readonly size: number;
  /** Returns how many older messages of the same sensor went for it. */
  push(body: Uint8Array): number;
  shift(): Uint8Array | undefined;
}

/** About eight seconds of one camera, or 250 objects of one frame in the full schema. */
const maxPerSensor = 256;
/** Sensor names come from outside: beyond this many, sensors share one place. */
const maxSensors = 64;
/** Whatever the sensors are called. */
const maxBytes = 64 * 1024 * 1024;

interface Waiting {
  readonly body: Uint8Array;
  readonly stamp: string;
  dropped: boolean;
}

/**
 * Makes an empty backlog. When a sensor's place is full, all but its newest frame go: after an overload what matters is
 * where the cars are now, and a backlog that is only shortened a little stays late for ever.
 */
export function createBacklog(): Backlog {
  let order: Waiting[] = [];
  let head = 0;
  let size = 0;
  let bytes = 0;
  const bySensor = new Map<string, Waiting[]>();

  function drop(waiting: Waiting): void {
    waiting.dropped = true;
    size--;
    bytes -= waiting.body.byteLength;
  }

  /** Keeps the newest frame of a sensor, and returns how many messages went. */
  function keepNewest(place: Waiting[]): number {
    const newest = place.at(-1)?.stamp ?? '';
    let from = place.length - 1;
    // Without a stamp nothing tells which messages are one frame: then a message is.
    while (newest !== '' && from > 0 && place[from - 1]?.stamp === newest) from--;
    // One frame with more objects than the place holds: its own oldest messages go.
    if (from === 0) from = Math.ceil(place.length / 2);
    const gone = place.splice(0, from);
    gone.forEach(drop);
    return gone.length;
  }

  return {
    get size() {
      return size;
    },
    push(body) {
      const { sensor, stamp } = peek(body);
      const name = bySensor.has(sensor) || bySensor.size < maxSensors ? sensor : '';
      let place = bySensor.get(name);
      if (place === undefined) bySensor.set(name, (place = []));
      const waiting = { body, stamp, dropped: false };
      place.push(waiting);
      order.push(waiting);
      size++;
      bytes += body.byteLength;
      let gone = 0;
      if (place.length > maxPerSensor) gone += keepNewest(place);
      if (bytes > maxBytes) for (const one of bySensor.values()) if (one.length > 1) gone += keepNewest(one);
      return gone;
    },
    shift() {
      for (let next = order[head]; next !== undefined; next = order[head]) {
        head++;
        if (head > 1024 && head * 2 > order.length) {
          order = order.slice(head);
          head = 0;
        }
        if (next.dropped) continue;
        drop(next);
        if (size === 0) bySensor.clear();
        return next.body;
      }
      return undefined;
    },
  };
}
