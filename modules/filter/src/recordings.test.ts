import { existsSync, readFileSync } from 'node:fs';
import { parseMessage } from '@companion/deepstream/message';
import { describe, expect, test } from 'vitest';
import { parseDesired } from './desired.ts';
import type { ZoneEvent } from './pipeline/event.ts';
import { createPipeline } from './pipeline/pipeline.ts';

const data = new URL('../../../../shared/data/', import.meta.url);
const sample = new URL('minimal-sample.json', data);
const received = Date.UTC(2026, 4, 1);

describe('recorded messages', () => {
  test.skipIf(!existsSync(sample))('of a yard give one parked car (needs ../shared/data/minimal-sample.json)', () => {
    const desired = parseDesired({
      zones: {
        A3: { kind: 'spot', sensor: 'Yard', polygon: [409, 351, 544, 351, 544, 465, 409, 465] },
        A4: { kind: 'spot', sensor: 'Yard', polygon: [545, 351, 680, 351, 680, 465, 545, 465] },
        H1: { kind: 'spot', sensor: 'House', polygon: [409, 351, 544, 351, 544, 465, 409, 465] },
      },
    });
    if (!desired.ok) throw new Error('bad zones');
    const pipeline = createPipeline(desired.config);
    const message = parseMessage(readFileSync(sample));
    if (!message.ok) throw new Error(message.detail);
    const events = message.frames.flatMap((frame, n): readonly ZoneEvent[] =>
      pipeline.step({ type: 'frame', frame, receivedMs: received + n }),
    );
    expect(
      events.map(({ zone, state, since }) => [zone, state, new Date(since.ms).toISOString(), since.clock]),
    ).toEqual([['A3', 'occupied', '2020-04-29T10:15:21.569Z', 'device']]);
  });
});
