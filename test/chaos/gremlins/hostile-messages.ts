import { createRandom } from '@companion/occupancy/testing';
import type { Gremlin } from '../gremlin.ts';
import { between, pick, type Random } from '../storm.ts';

const stamp = '2026-01-01T00:00:00.000Z';
const car = '7|12|102|88|158|Car';

/** Each writes a message that no honest DeepStream sends; none names the sensor that the truth is known of. */
const writers: Readonly<Record<string, (random: Random) => Buffer>> = {
  surrogate: () =>
    Buffer.from(`{"version":"4.0","id":"1","@timestamp":"${stamp}","sensorId":"\\ud800","objects":["${car}"]}`),
  control: () =>
    Buffer.from(
      `{"version":"4.0","id":"1","@timestamp":"${stamp}","sensorId":"a\\u007f\\u0085b","objects":["${car}"]}`,
    ),
  names: (random) =>
    Buffer.from(
      `{"version":"4.0","id":"1","@timestamp":"${stamp}","sensorId":"${pick(random, ['a.b', 'a b', 'a_b', '$x', '__proto__'])}","objects":["${car}"]}`,
    ),
  longName: () =>
    Buffer.from(
      `{"version":"4.0","id":"1","@timestamp":"${stamp}","sensorId":"${'é'.repeat(4_000)}","objects":["${car}"]}`,
    ),
  schema: () => Buffer.from('{"version":4,"objects":{"0":null},"sensorId":[]}'),
  garbage: (random) => Buffer.from(Array.from({ length: between(random, 0, 4_000) }, () => between(random, 0, 255))),
  empty: () => Buffer.alloc(0),
  deep: () => Buffer.from('['.repeat(100_000)),
  oversize: () => Buffer.alloc(8_000_000, '{"objects":['),
};

/** Anybody who reaches the broker may publish to it. */
export const hostileMessages: Gremlin = {
  name: 'hostile-messages',
  weight: 2,
  plan: (random) => ({
    forMs: 0,
    args: {
      kind: pick(random, Object.keys(writers)),
      count: between(random, 1, 20),
      seed: between(random, 1, 1_000_000),
    },
  }),
  unavailable: () => undefined,
  async act(world, { args }) {
    const random = createRandom(Number(args['seed']));
    const write = writers[args['kind'] as string];
    // One that takes long to read is sent less often: it is its kind that matters.
    const count = args['kind'] === 'oversize' ? 2 : Number(args['count']);
    for (let sent = 0; sent < count && write !== undefined; sent++) await world.publish(write(random));
  },
};
