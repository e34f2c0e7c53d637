/** What an engine's name says; nvinfer writes `<model>_b<batch>_gpu<id>_<precision>.engine` (4.0 without the GPU). */
export interface EngineName {
  /** The model's path in front of the suffix. */
  readonly model: string;
  readonly batch: number;
  readonly gpu: number | undefined;
  readonly precision: string;
}

const precisions = ['fp32', 'int8', 'fp16'];

/** The name of `network-mode` 0, 1, 2. */
export function precisionOf(networkMode: number): string | undefined {
  return precisions[networkMode];
}

/** Takes an engine's path apart; undefined where it is not named by nvinfer's rule. */
export function readEngineName(path: string): EngineName | undefined {
  const match = /^(.*)_b(\d+)(?:_gpu(\d+))?_(fp32|fp16|int8)\.engine$/.exec(path);
  if (match === null) return undefined;
  const [, model = '', batch, gpu, precision = ''] = match;
  return { model, batch: Number(batch), gpu: gpu === undefined ? undefined : Number(gpu), precision };
}
