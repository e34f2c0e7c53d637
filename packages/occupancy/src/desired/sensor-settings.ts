import { isJsonObject, twinKey } from '@companion/foundation';
import * as z from 'zod';
import type { FrameSize } from '../model/sighting.ts';
import { wholeNumber, type Defaults } from '../zones/common/defaults.ts';

const frameSchema = z.strictObject({
  width: wholeNumber(1, 100_000).meta({ description: 'Width in pixels.' }),
  height: wholeNumber(1, 100_000).meta({ description: 'Height in pixels.' }),
});

/** What the twin says of single sensors. */
export const sensorsSchema = z
  .record(z.string(), z.strictObject({ frame: frameSchema.optional() }))
  .default({})
  .meta({
    description:
      "Single cameras by DeepStream's name of them, or by the key that the reported properties show. `frame` is what the camera's boxes are pixels of, for zones in normalized units; without it, that of `defaults`. On DeepStream's usual path it is the source's own resolution, with `msg2p-new-api=1` streammux's.",
  });

/** The twin's word on single sensors, at hand. */
export class SensorSettings {
  readonly #sensors: z.infer<typeof sensorsSchema>;

  constructor(sensors: z.infer<typeof sensorsSchema>) {
    this.#sensors = sensors;
  }

  /** The defaults for a zone as the twin has it, with the frame of its sensor. */
  defaultsFor(zone: unknown, defaults: Defaults): Defaults {
    const sensor = isJsonObject(zone) ? zone['sensor'] : undefined;
    const frame = typeof sensor === 'string' ? this.#frameOf(sensor) : undefined;
    return frame === undefined ? defaults : { ...defaults, frameWidth: frame.width, frameHeight: frame.height };
  }

  /** The frames of those of the sensors that have one; undefined for none. */
  frames(sensors: readonly string[]): Readonly<Record<string, FrameSize>> | undefined {
    const known = new Map<string, FrameSize>();
    for (const sensor of sensors) {
      const frame = this.#frameOf(sensor);
      if (frame !== undefined) known.set(sensor, frame);
    }
    return known.size === 0 ? undefined : Object.fromEntries(known);
  }

  /** A key of a twin can't hold every name. */
  #frameOf(sensor: string): FrameSize | undefined {
    for (const key of [sensor, twinKey(sensor)]) {
      if (Object.hasOwn(this.#sensors, key)) return this.#sensors[key]?.frame;
    }
    return undefined;
  }
}
