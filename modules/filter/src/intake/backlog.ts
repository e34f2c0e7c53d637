import { Fifo } from '@companion/foundation';
import { peek } from './peek.ts';

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
 * Messages that came faster than they could be read, in order of arrival, bounded per sensor. When a sensor's place is
 * full, all but its newest frame go: after an overload what matters is where the cars are now, and a backlog that is only
 * shortened a little stays late for ever.
 */
export class Backlog {
  /** All in order of arrival, those that were dropped still among them. */
  readonly #order = new Fifo<Waiting>();
  readonly #bySensor = new Map<string, Waiting[]>();
  #size = 0;
  #bytes = 0;

  get size(): number {
    return this.#size;
  }

  /** Returns how many older messages of the same sensor went for it. */
  push(body: Uint8Array): number {
    const { sensor, stamp } = peek(body);
    const name = this.#bySensor.has(sensor) || this.#bySensor.size < maxSensors ? sensor : '';
    let place = this.#bySensor.get(name);
    if (place === undefined) this.#bySensor.set(name, (place = []));
    const waiting = { body, stamp, dropped: false };
    place.push(waiting);
    this.#order.push(waiting);
    this.#size++;
    this.#bytes += body.byteLength;
    let gone = 0;
    if (place.length > maxPerSensor) gone += this.#keepNewest(place);
    if (this.#bytes > maxBytes) {
      for (const one of this.#bySensor.values()) if (one.length > 1) gone += this.#keepNewest(one);
    }
    return gone;
  }

  shift(): Uint8Array | undefined {
    for (let next = this.#order.shift(); next !== undefined; next = this.#order.shift()) {
      if (next.dropped) continue;
      this.#drop(next);
      if (this.#size === 0) this.#bySensor.clear();
      return next.body;
    }
    return undefined;
  }

  #drop(waiting: Waiting): void {
    waiting.dropped = true;
    this.#size--;
    this.#bytes -= waiting.body.byteLength;
  }

  /** Keeps the newest frame of a sensor, and returns how many messages went. */
  #keepNewest(place: Waiting[]): number {
    const newest = place.at(-1)?.stamp ?? '';
    let from = place.length - 1;
    // Without a stamp nothing tells which messages are one frame: then a message is.
    while (newest !== '' && from > 0 && place[from - 1]?.stamp === newest) from--;
    // One frame with more objects than the place holds: its own oldest messages go.
    if (from === 0) from = Math.ceil(place.length / 2);
    const gone = place.splice(0, from);
    for (const waiting of gone) this.#drop(waiting);
    return gone.length;
  }
}
