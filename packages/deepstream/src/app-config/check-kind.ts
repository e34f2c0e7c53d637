import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import { foreignNames } from './foreign-config.ts';
import { otherKinds } from './other-kinds.ts';
import type { FollowedConfig, References, UnreadableConfig } from './reference.ts';

/** Says what the checked file is where it is no app config, and what is not read of it. `asApp`: test5 is to run it. */
export function* checkKind(
  { configs, unreadable }: References,
  { asApp }: { readonly asApp: boolean },
): Generator<ConfigDiagnostic> {
  for (const config of unreadable) if (config.namedBy === undefined) yield sayUnread(config, { asApp });
  for (const config of configs) {
    if (config.namedBy === undefined) yield* sayKind(config, { asApp });
    if (config.nextDocument === undefined) continue;
    const at = { file: config.path, line: config.nextDocument };
    const reader = config.kind === 'ds3d' ? 'the 3D apps read all of them' : 'DeepStream reads the first alone';
    const message = `a second YAML document begins here: ${reader}, only the first is checked`;
    yield diagnose(config.active ? 'warning' : 'info', 'several-documents', at, message);
  }
}

function* sayKind({ kind, path }: FollowedConfig, { asApp }: { readonly asApp: boolean }): Generator<ConfigDiagnostic> {
  const at = { file: path, line: 1 };
  const name = otherKinds[kind];
  if (kind === 'other') {
    const message = 'no config of a kind that is known here: only its lines were checked';
    yield diagnose('info', 'not-a-config', at, message);
  } else if (name !== undefined && (asApp || kind === 'service-maker' || kind === 'ds3d')) {
    yield diagnose(asApp ? 'error' : 'warning', 'not-for-test5', at, `${name}: not for deepstream-test5-app`);
  }
}

function sayUnread(
  { path, error, foreign }: UnreadableConfig,
  { asApp }: { readonly asApp: boolean },
): ConfigDiagnostic {
  const at = { file: path, line: error?.at.line ?? 1 };
  if (foreign !== undefined) {
    const message = `${foreignNames[foreign]}: not for deepstream-test5-app`;
    if (asApp) return diagnose('error', 'not-for-test5', at, message, 'parser');
    return diagnose('info', 'not-a-config', { file: path, line: 1 }, `${foreignNames[foreign]}: not checked here`);
  }
  const message = error?.message ?? 'there is no such file';
  // yaml-cpp reads these.
  if (error?.code === 'alias' || error?.code === 'too-large' || error?.code === 'too-deep') {
    return diagnose(
      'warning',
      'unreadable',
      at,
      `${message} here, DeepStream reads them: the file is not checked`,
      'runtime',
    );
  }
  const severity = error?.code === 'not-a-mapping' && !asApp ? 'warning' : 'error';
  return diagnose(severity, 'unreadable', at, message, 'parser');
}
