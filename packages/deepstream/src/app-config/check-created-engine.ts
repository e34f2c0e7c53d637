import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import type { CreatedEngine } from './created-engine.ts';

/** Whether DeepStream finds the engine again that a custom library built, and what to write if not. */
export function* checkCreatedEngine({ config, property, engine, name }: CreatedEngine): Generator<ConfigDiagnostic> {
  if (engine?.exists === true) return;
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
