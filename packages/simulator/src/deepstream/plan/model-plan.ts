import { join } from 'node:path';
import { openConfig } from './config-file.ts';
import type { ConfigFile, Inspection } from './config-file.ts';
import { planError } from './plan-diagnostic.ts';

/** One inference step: the model, and where its TensorRT engine is or will be. */
export interface ModelPlan {
  /** The app config's group, for example `primary-gie`. */
  readonly group: string;
  /** The model file, undefined where only an engine is given. */
  readonly model: string | undefined;
  /** An engine that is there already. It is used as it is, never compared with the model: nvinfer doesn't either. */
  readonly engine: string | undefined;
  /** Where a new engine goes, by nvinfer's rule: beside the model, or where it was started if a library builds it. */
  readonly newEngine: string;
}

const modelKeys = ['onnx-file', 'tlt-encoded-model', 'uff-file', 'model-file'] as const;
const precisions: Readonly<Record<number, string>> = { 0: 'fp32', 1: 'int8', 2: 'fp16' };

/** Plans the enabled inference steps, primary first. */
export function planModels(app: ConfigFile, inspection: Inspection): ModelPlan[] {
  const groups = ['primary-gie', ...app.numbered('secondary-gie').map(({ group }) => group)];
  return groups
    .filter((group) => app.has(group) && app.integer(group, 'enable', 0) !== 0)
    .flatMap((group) => planModel(app, group, inspection) ?? []);
}

function planModel(app: ConfigFile, group: string, inspection: Inspection): ModelPlan | undefined {
  const { files, findings, notes } = inspection;
  const inferPath = app.pathOf(group, 'config-file');
  if (inferPath === undefined) {
    findings.push(planError('CONFIG_BAD', { file: app.path }, `[${group}] has no config-file`));
    return undefined;
  }
  const infer = openConfig(inspection, inferPath);
  if (infer === undefined) return undefined;
  if (!infer.has('property')) {
    findings.push(planError('CONFIG_BAD', { file: infer.path }, 'has no group [property]'));
    return undefined;
  }
  const isFile = (path: string): boolean => (files.size(path) ?? 0) > 0;

  for (const labels of [app.pathOf(group, 'labelfile-path'), infer.pathOf('property', 'labelfile-path')]) {
    if (labels === undefined || files.size(labels) !== undefined) continue;
    findings.push(planError('LABELS_MISSING', { file: labels }, `label file of [${group}]: no such file`));
  }

  const created = infer.text('property', 'engine-create-func-name') !== undefined;
  const keys = created ? [...modelKeys, 'custom-network-config'] : modelKeys;
  const key = keys.find((name) => infer.text('property', name) !== undefined);
  const model = key === undefined ? undefined : infer.pathOf('property', key);
  // What the app config says goes before what nvinfer's own says.
  const batch = app.integer(group, 'batch-size', infer.integer('property', 'batch-size', 1));
  const gpu = app.integer(group, 'gpu-id', infer.integer('property', 'gpu-id', 0));
  const mode = infer.integer('property', 'network-mode', 0);
  const precision = precisions[mode];
  if (precision === undefined) {
    findings.push(planError('CONFIG_BAD', { file: infer.path }, `network-mode=${mode} is none of 0, 1, 2`));
    return undefined;
  }
  const stem = created ? join(files.real('.'), 'model') : (model ?? `${infer.path}.model`);
  const newEngine = `${stem}_b${batch}_gpu${gpu}_${precision}.engine`;
  const named = app.pathOf(group, 'model-engine-file') ?? infer.pathOf('property', 'model-engine-file');
  if (named !== undefined && isFile(named)) return { group, model, engine: named, newEngine };

  if (model === undefined) {
    const reason = `names neither a model (${modelKeys.join(', ')}) nor a model-engine-file that is there`;
    findings.push(planError('MODEL_MISSING', { file: infer.path }, reason));
    return undefined;
  }
  const needed = [model, key === 'model-file' && !created ? infer.pathOf('property', 'proto-file') : undefined];
  const missing = needed.filter((path) => path !== undefined).filter((path) => !isFile(path));
  for (const file of missing)
    findings.push(planError('MODEL_MISSING', { file }, `model of [${group}]: no such file, or empty`));
  if (missing.length > 0) return undefined;

  if (!isFile(newEngine)) return { group, model, engine: undefined, newEngine };
  notes.push(
    `[${group}] model-engine-file does not name ${newEngine}: real nvinfer would build it again at every start`,
  );
  return { group, model, engine: newEngine, newEngine };
}
