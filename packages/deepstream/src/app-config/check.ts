import type { AppConfig } from './app-config.ts';
import { readAppConfig } from './app-config.ts';
import { BoundedSource } from './bounded-source.ts';
import { checkGies } from './check-gies.ts';
import { checkKind } from './check-kind.ts';
import { checkLines } from './check-lines.ts';
import { checkParser } from './check-parser.ts';
import { checkReferences } from './check-references.ts';
import { checkSinks } from './check-sinks.ts';
import { checkSources } from './check-sources.ts';
import type { ConfigSource } from './config-source.ts';
import { createdEngineOf, type CreatedEngine } from './created-engine.ts';
import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import { normalizePath } from './path.ts';
import { collectReferences } from './reference.ts';
import type { FollowedConfig, Reference, References } from './reference.ts';

/** What to check, and against what. */
export interface CheckOptions {
  readonly path: string;
  readonly files: ConfigSource;
  /** The output names that routes take messages from; without it topics are not checked. */
  readonly topics?: readonly string[];
  /** Whether deepstream-test5-app is to run it: then a config of another kind is an error. */
  readonly asApp?: boolean;
}

/** What a check found. */
export interface AppConfigReport {
  /** Undefined where the file can't be read or is no app config. */
  readonly app: AppConfig | undefined;
  /** Every config that was read, the checked one first. */
  readonly configs: readonly FollowedConfig[];
  readonly references: readonly Reference[];
  /** Engines that custom libraries build in DeepStream's working directory, for detectors that are on. */
  readonly createdEngines: readonly CreatedEngine[];
  /** In the order of files and lines. */
  readonly diagnostics: readonly ConfigDiagnostic[];
}

/**
 * Checks an app config, or a config of another kind as far as that goes, with all that it leads to. An error among the
 * diagnostics means that DeepStream will not start or that its messages arrive nowhere. Never throws of its own.
 */
export function checkAppConfig({ path, files: source, topics, asApp = false }: CheckOptions): AppConfigReport {
  const files = new BoundedSource(source);
  const collected = collectReferences(path, files);
  const [first] = collected.configs;
  const app = first?.path === path && first.kind === 'app' ? readAppConfig(path, first.file) : undefined;
  // What is too large was not read, and that is all there is to say about it.
  const diagnostics = [
    ...checkKind(collected, { asApp }),
    ...checkAll(app, collected, { files, topics, asApp }),
  ].filter(({ code, at }) => code !== 'unreadable' || !files.isTooLarge(at.file));
  diagnostics.push(...files.findings(path, collected.references));
  const order = new Map(
    [...new Set([path, ...collected.configs.map((config) => config.path)])].map((name, i) => [name, i]),
  );
  const place = ({ at }: ConfigDiagnostic) => order.get(at.file) ?? order.size;
  diagnostics.sort((a, b) => place(a) - place(b) || a.at.line - b.at.line);
  const { configs, references } = collected;
  const createdEngines = configs
    .filter(({ kind, active }) => kind === 'nvinfer' && active)
    .flatMap((config) => createdEngineOf(config, references) ?? []);
  return { app, configs, references, createdEngines, diagnostics };
}

interface CheckTerms {
  readonly files: BoundedSource;
  readonly topics: readonly string[] | undefined;
  readonly asApp: boolean;
}

function* checkAll(
  app: AppConfig | undefined,
  collected: References,
  { files, topics, asApp }: CheckTerms,
): Generator<ConfigDiagnostic> {
  for (const config of collected.configs) yield* checkLines(config);
  yield* checkReferences(collected, files);
  yield* checkGies(collected, files);
  if (app === undefined) return;
  if (app.file.format === 'keyfile') {
    yield* checkParser(app.file, {
      path: app.path,
      writable: (directory) => isWritable(files, directory),
      onDevice: asApp,
    });
  }
  yield* checkSources(app, collected);
  yield* checkSinks(app, collected, topics);
  yield* checkTracker(app);
}

function isWritable(files: BoundedSource, directory: string): boolean | undefined {
  return normalizePath(directory) === '.' ? true : files.writable(directory);
}

function* checkTracker({ path, tracker }: AppConfig): Generator<ConfigDiagnostic> {
  if (tracker?.enabled !== true || tracker.library !== undefined) return;
  const message = '[tracker] is enabled and names no ll-lib-file';
  yield diagnose('error', 'tracker-library-missing', { file: path, line: tracker.line }, message);
}
