import { checkCreatedEngine } from './check-created-engine.ts';
import { createdEngineOf, engineOf, overrideOf } from './created-engine.ts';
import { deviceOf, precisionOf, readEngineName } from './engine-name.ts';
import type { EngineName } from './engine-name.ts';
import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import { readGroup } from './group-reader.ts';
import type { GroupReader } from './group-reader.ts';
import type { FollowedConfig, Reference, References } from './reference.ts';

function isModel(reference: Reference) {
  return /^(?:onnx-file|model-file|uff-file|tlt-encoded-model)$/.test(reference.key);
}

/** Networks that a library builds get an engine name of that library's choice. */
const customEngine = ['custom-network-config', 'engine-create-func-name', 'network-config-path'];

/**
 * nvinfer uses an engine that is there, and otherwise builds one beside the model under a name of its own rule. Where
 * `model-engine-file` is another name, it is built again at every start.
 */
export function* checkEngine(config: FollowedConfig, { references }: References): Generator<ConfigDiagnostic> {
  const property = readGroup(config.file, 'property');
  const override = overrideOf(config);
  const own = references.filter((reference) => reference.from === config.path && reference.group === 'property');
  const model = own.find((reference) => reference.active && isModel(reference));
  const engine = engineOf(config, references);
  const created = createdEngineOf(config, references);
  if (created !== undefined) yield* checkCreatedEngine(created);
  const custom = customEngine.some((key) => property.text(key) !== undefined);

  const usable = engine !== undefined && engine.exists !== false;
  for (const reference of own) {
    if (reference.kind !== 'model' || reference.exists !== false) continue;
    const at = { file: reference.from, line: reference.line };
    const message = `[property] ${reference.key}: there is no ${reference.path ?? reference.value}`;
    if (usable) yield diagnose('warning', 'model-missing', at, `${message}; the engine alone is used`);
    else yield diagnose('error', 'model-missing', at, message);
  }
  if (engine?.path === undefined) return;
  const at = { file: engine.from, line: engine.line };
  if (!usable && model === undefined && !custom) {
    yield diagnose('error', 'model-missing', at, `there is no ${engine.path}, and no model to build it from`);
    return;
  }
  const name = readEngineName(engine.path);
  const reasons: string[] = [];
  if (name !== undefined && !custom) {
    reasons.push(...nameMismatches(name, property, override, { built: !usable }));
  }
  if (!usable && model?.path !== undefined && !custom && name?.model !== model.path) {
    reasons.push(`a place or name that nvinfer does not write: it would be ${model.path}_b…_gpu…_….engine`);
  }
  if (created !== undefined) return;
  if (reasons.length > 0) {
    const message = `model-engine-file says ${reasons.join('; ')}: the engine is built anew at every start`;
    yield diagnose('warning', 'engine-never-matches', at, message);
  } else if (!usable) {
    const message = `there is no ${engine.path} yet: the first start builds it, which takes minutes`;
    yield diagnose('info', 'engine-to-be-built', at, message);
  }
}

/** An engine that is there serves any smaller batch; one that is to be built gets exactly the name of its settings. */
function nameMismatches(
  name: EngineName,
  property: GroupReader,
  override: GroupReader | undefined,
  { built }: { readonly built: boolean },
): string[] {
  const reasons: string[] = [];
  const batch = override?.integer('batch-size') ?? property.integer('batch-size');
  if (batch !== undefined && (name.batch < batch || (built && name.batch !== batch))) {
    reasons.push(`batch ${name.batch}, and batch-size is ${batch}`);
  }
  if (!built) return reasons;
  const device = deviceOf(property, override);
  if (name.device !== undefined && name.device !== device) {
    reasons.push(`${name.device}, and the settings say ${device}`);
  }
  const precision = precisionOf(property.integer('network-mode') ?? 0);
  if (precision !== undefined && name.precision !== precision) {
    reasons.push(`${name.precision}, and network-mode says ${precision}`);
  }
  return reasons;
}
