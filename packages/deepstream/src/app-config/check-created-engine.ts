import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import { deviceOf, precisionOf } from './engine-name.ts';
import type { GroupReader } from './group-reader.ts';
import type { FollowedConfig, Reference } from './reference.ts';

/** An engine that a function of the custom library builds, with the settings that name it. */
export interface CreatedEngine {
  readonly property: GroupReader;
  /** The group that names the config. */
  readonly override: GroupReader | undefined;
  /** What `model-engine-file` leads to. */
  readonly engine: Reference | undefined;
}

/**
 * What `engine-create-func-name` builds goes to the directory that DeepStream was started in, as `model_b…`, wherever the
 * model is (nvdsinfer_model_builder.cpp:562).
 */
export function* checkCreatedEngine(
  config: FollowedConfig,
  { property, override, engine }: CreatedEngine,
): Generator<ConfigDiagnostic> {
  if (engine?.exists === true) return;
  const batch = override?.integer('batch-size') ?? property.integer('batch-size') ?? 1;
  const precision = precisionOf(property.integer('network-mode') ?? 0) ?? 'fp32';
  const name = `model_b${batch}_${deviceOf(property, override)}_${precision}.engine`;
  const where = `the engine of engine-create-func-name will be ${name} in DeepStream's working directory`;
  if (engine === undefined) {
    const at = { file: config.path, line: property.lineOf('engine-create-func-name') };
    const message = `${where}: write model-engine-file=<its path>, or every start builds it again, for minutes`;
    yield diagnose('warning', 'engine-in-working-directory', at, message);
    return;
  }
  const at = { file: engine.from, line: engine.line };
  if (engine.path?.slice(engine.path.lastIndexOf('/') + 1) === name) {
    yield diagnose('info', 'engine-in-working-directory', at, `${where}: the first start builds it`);
  } else {
    const message = `${where}, not ${engine.value}: write its path, or every start builds it again, for minutes`;
    yield diagnose('warning', 'engine-in-working-directory', at, message);
  }
}
