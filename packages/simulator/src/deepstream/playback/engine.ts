import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { sleep, type Clock } from '@companion/foundation';
import type { ModelPlan } from '../plan/model-plan.ts';

const steps = 10;

/**
 * Makes a model ready: takes the engine that is there, or builds one, slowly, and writes it beside the model. Where
 * that folder can't be written the app goes on without, as nvinfer does. An abort leaves no engine behind.
 */
export async function prepareEngine(options: {
  readonly model: ModelPlan;
  readonly buildMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}): Promise<void> {
  const { model, buildMs, clock, signal, say } = options;
  if (model.engine !== undefined || model.model === undefined) {
    say(`[${model.group}] uses the engine ${model.engine ?? 'it was given'}, which is not compared with the model`);
    return;
  }
  say(`[${model.group}] has no engine yet: builds one from ${model.model}, this takes a while`);
  for (let step = 1; step <= steps; step += 1) {
    await sleep(clock, buildMs / steps, signal);
    if (signal.aborted) return;
    say(`[${model.group}] builds the engine: ${(100 * step) / steps} %`);
  }
  const digest = createHash('sha256');
  await pipeline(createReadStream(model.model), digest);
  const text = `DeepStream stand-in: an engine without a network\nbuilt from ${digest.digest('hex')}\n`;
  try {
    // In place, as nvinfer does it: a link of that name is followed (nvdsinfer_model_builder.cpp:1292).
    await writeFile(model.newEngine, text);
    say(`[${model.group}] wrote the engine ${model.newEngine}`);
  } catch (error) {
    say(`[${model.group}] can't write ${model.newEngine}, goes on without: ${String(error)}`);
  }
}
