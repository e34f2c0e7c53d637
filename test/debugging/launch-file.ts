import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The repository: what VS Code calls the workspace folder. */
export const workspaceFolder = resolve(import.meta.dirname, '../..');

/** What is used of an entry of .vscode/launch.json. */
export interface LaunchConfiguration {
  readonly name: string;
  readonly request: 'attach' | 'launch';
  readonly address?: string;
  readonly port?: number;
  readonly localRoot?: string;
  readonly remoteRoot?: string;
  readonly program?: string;
  readonly cwd?: string;
  readonly runtimeArgs?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly envFile?: string;
  readonly preLaunchTask?: string;
}

/** What is used of an entry of .vscode/tasks.json. */
export interface Task {
  readonly label: string;
  readonly type: 'npm' | 'shell';
  readonly script?: string;
  readonly command?: string;
  readonly isBackground?: boolean;
  readonly dependsOn?: string | readonly string[];
  readonly problemMatcher: unknown;
}

interface Compound {
  readonly name: string;
  readonly preLaunchTask?: string;
  readonly configurations: readonly string[];
}

/** Reads .vscode/launch.json, with the workspace folder in the place of its variable. */
export function readLaunchFile(): { configurations: readonly LaunchConfiguration[]; compounds?: readonly Compound[] } {
  return readSettings('launch.json') as ReturnType<typeof readLaunchFile>;
}

/** Reads .vscode/tasks.json. */
export function readTasksFile(): { tasks: readonly Task[] } {
  return readSettings('tasks.json') as ReturnType<typeof readTasksFile>;
}

/** The configuration whose name begins so. Throws unless there is exactly one. */
export function launchConfiguration(beginning: string): LaunchConfiguration {
  const found = readLaunchFile().configurations.filter(({ name }) => name.startsWith(beginning));
  const [configuration] = found;
  if (configuration === undefined || found.length > 1) throw new Error(`${found.length} are named "${beginning}…"`);
  return configuration;
}

function readSettings(file: string): unknown {
  const text = readFileSync(join(workspaceFolder, '.vscode', file), 'utf8');
  return JSON.parse(text.replaceAll('${workspaceFolder}', workspaceFolder));
}
