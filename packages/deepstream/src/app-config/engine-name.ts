import type { GroupReader } from './group-reader.ts';

/** What an engine's name says; nvinfer writes `<model>_b<batch>_gpu<id>_<precision>.engine` (4.0 without the GPU). */
export interface EngineName {
  /** The model's path in front of the suffix. */
  readonly model: string;
  readonly batch: number;
  /** `gpu0`, or `dla0` for a core of the deep learning accelerator. */
  readonly device: string | undefined;
  readonly precision: string;
}

const precisions = ['fp32', 'int8', 'fp16', 'best'];

/** The name of `network-mode` 0 to 3; 3 since DeepStream 9.1 (nvdsinfer_func_utils.cpp:206). */
export function precisionOf(networkMode: number): string | undefined {
  return precisions[networkMode];
}

/** Takes an engine's path apart; undefined where it is not named by nvinfer's rule (nvdsinfer_model_builder.cpp:603). */
export function readEngineName(path: string): EngineName | undefined {
  const match = /^(.*)_b(\d+)(?:_((?:gpu|dla)\d+))?_(fp32|fp16|int8|best)\.engine$/.exec(path);
  if (match === null) return undefined;
  const [, model = '', batch, device, precision = ''] = match;
  return { model, batch: Number(batch), device, precision };
}

/** Where the network runs, as engine names have it (nvdsinfer_model_builder.cpp:606). */
export function deviceOf(property: GroupReader, override: GroupReader | undefined): string {
  const core = property.integer('use-dla-core') ?? -1;
  if (property.flag('enable-dla') && core >= 0) return `dla${core}`;
  return `gpu${override?.integer('gpu-id') ?? property.integer('gpu-id') ?? 0}`;
}
