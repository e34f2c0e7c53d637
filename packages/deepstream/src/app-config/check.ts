import type { AppConfig } from './app-config.ts';
import { readAppConfig } from './app-config.ts';
import { checkGies } from './check-gies.ts';
import { checkLines } from './check-lines.ts';
import { checkReferences } from './check-references.ts';
import { checkSinks } from './check-sinks.ts';
import { checkSources } from './check-sources.ts';
import type { ConfigSource } from './config-source.ts';
import { createFindingSink } from './finding.ts';
import type { Finding, FindingSink } from './finding.ts';
import { collectReferences } from './reference.ts';
import type { FollowedConfig, Reference } from './reference.ts';

/** What to check, and against what. */
export interface CheckOptions {
  readonly path: string;
  readonly files: ConfigSource;
  /** The output names that routes take messages from; without it topics are not checked. */
  readonly topics?: readonly string[];
}

/** What a check found. */
export interface AppConfigReport {
  /** Undefined where the file can't be read or is no app config. */
  readonly app: AppConfig | undefined;
  /** Every config that was read, the checked one first. */
  readonly configs: readonly FollowedConfig[];
  readonly references: readonly Reference[];
  /** In the order of files and lines. */
  readonly findings: readonly Finding[];
}

/**
 * Checks an app config, or a config of another kind as far as that goes, with all that it leads to. An error among the
 * findings means that DeepStream will not start or that its messages arrive nowhere. Never throws of its own.
 */
export function checkAppConfig({ path, files, topics }: CheckOptions): AppConfigReport {
  const findings: Finding[] = [];
  const sink = createFindingSink(findings);
  const collected = collectReferences(path, files);
  const [first] = collected.configs;
  const app = first?.path === path && first.kind === 'app' ? readAppConfig(path, first.file) : undefined;

  for (const config of collected.configs) checkLines(config, sink);
  checkReferences(collected, sink);
  checkGies(collected, files, sink);
  if (app !== undefined) {
    checkSources(app, collected, sink);
    checkSinks(app, collected, topics, sink);
    checkTracker(app, sink);
  } else if (first?.path === path && first.kind === 'other') {
    sink.add(
      'info',
      'not-a-config',
      { file: path, line: 1 },
      'no config of a kind that is known here: only its lines were checked',
    );
  }

  const order = new Map(
    [...new Set([path, ...collected.configs.map((config) => config.path)])].map((name, i) => [name, i]),
  );
  const place = (finding: Finding) => order.get(finding.file) ?? order.size;
  findings.sort((a, b) => place(a) - place(b) || a.line - b.line);
  return { app, configs: collected.configs, references: collected.references, findings };
}

function checkTracker({ path, tracker }: AppConfig, findings: FindingSink): void {
  if (tracker?.enabled !== true || tracker.library !== undefined) return;
  const message = '[tracker] is enabled and names no ll-lib-file';
  findings.add('error', 'tracker-library-missing', { file: path, line: tracker.line }, message);
}
