import type { Readable, Writable } from 'node:stream';
import { formatPlace } from '@companion/foundation';
import { systemClock } from '@companion/foundation/node';
import { planApp } from './plan/app-plan.ts';
import type { AppPlan } from './plan/app-plan.ts';
import { runApp } from './app.ts';
import { helpText, readArguments, type Instance } from './arguments.ts';
import { DiskFiles } from './plan/files.ts';
import type { Files } from './plan/files.ts';
import { runtimeCommands, watchKeyboard } from './keyboard.ts';
import { OverrideWatch } from './override.ts';
import { planError, type PlanDiagnostic } from './plan/plan-diagnostic.ts';
import { openOutlet } from './open-outlet.ts';
import { readSettings } from './settings.ts';
import type { Settings } from './settings.ts';

/** What a process gives the command. */
export interface CommandParts {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Aborts on SIGINT. */
  readonly signal: AbortSignal;
  /** Ends the process as a segmentation fault does. */
  readonly crash: () => void;
}

/** deepstream-test5-app returns −1 from main, whatever is wrong. */
const failed = 255;

/** Runs the stand-in from its command line to its exit code: 0, or 255 with a line for each reason. */
export async function runCommand(parts: CommandParts): Promise<number> {
  const { argv, env, stdin, stdout, stderr, signal } = parts;
  const lineTo = (stream: Writable) => (text: string) => stream.write(`DeepStream stand-in: ${text}\n`);
  const complain = lineTo(stderr);
  const fail = async (reasons: readonly string[], help = ''): Promise<number> => {
    for (const reason of reasons) complain(reason);
    complain('App run failed');
    stdout.write(help);
    await Promise.all([flush(stdout), flush(stderr)]);
    return failed;
  };

  const asked = readArguments(argv);
  if (asked.kind === 'wrong') return fail([`** ERROR: <main:1711>: ${asked.reason}`], helpText);
  if (asked.kind === 'no-config') return fail([`** ERROR: <main:1736>: ${asked.reason}`]);
  if (asked.kind === 'help') stdout.write(helpText);
  const read = readSettings(env);
  if (asked.kind === 'version') stdout.write(`deepstream-test5-app version ${versionOf(env)}\n`);
  if (asked.kind !== 'run') {
    await flush(stdout);
    return 0;
  }
  if (!read.ok) return fail(read.reasons);
  const { settings } = read;
  // Where messages go to stdout, nothing else does.
  const log = settings.sink === 'stdout' ? stderr : stdout;
  const say = lineTo(log);
  const print = (text: string): void => void log.write(text);
  const configs = asked.instances.map(({ configFile }) => configFile).join(', ');
  say(`a stand-in for DeepStream ${settings.version}, no GPU and no inference; config ${configs}`);
  for (const option of asked.ignored) say(`${option} is ignored`);

  const files = new DiskFiles();
  const planned = plan(files, asked.instances, settings);
  if (!planned.ok) return fail(planned.findings.map(describe));
  for (const note of planned.plans.flatMap(({ notes }) => notes)) say(`note: ${note}`);
  const quit = new AbortController();
  const ending = AbortSignal.any([signal, quit.signal]);
  const keyboard = { stdin, clock: systemClock, signal: ending, print, quit: () => quit.abort() };
  const onPlaying = (): void => {
    print(runtimeCommands);
    watchKeyboard({ ...keyboard, floods: settings.floods });
  };
  try {
    for (const { overrideFile } of asked.instances) {
      if (overrideFile === undefined) continue;
      const options = { file: overrideFile, files, clock: systemClock, signal: ending, print };
      new OverrideWatch({ ...options, loadMs: settings.engineBuildMs / 10 }).start();
    }
    const outlet = await openOutlet(planned.plans, settings, { env, stdout, stderr });
    const { modelUsed } = asked;
    const run = { plans: planned.plans, settings, modelUsed, outlet, clock: systemClock, signal: ending };
    await runApp({ ...run, say, print, onPlaying, crash: parts.crash });
  } catch (error) {
    return await fail([reasonOf(error)]);
  } finally {
    quit.abort();
  }
  if (signal.aborted) say('** ERROR: <_intr_handler:968>: User Interrupted..');
  say('Quitting');
  say('App run successful');
  await Promise.all([flush(stdout), flush(stderr)]);
  return 0;
}

function versionOf(env: CommandParts['env']): string {
  const read = readSettings(env);
  return `${read.ok ? read.settings.version : '?'}.0`;
}

type PlannedAll =
  | { readonly ok: true; readonly plans: readonly AppPlan[] }
  | { readonly ok: false; readonly findings: readonly PlanDiagnostic[] };

function plan(files: Files, instances: readonly Instance[], { replayFile, version }: Settings): PlannedAll {
  const plans: AppPlan[] = [];
  const findings: PlanDiagnostic[] = [];
  for (const { configFile, inputFile, overrideFile } of instances) {
    const input = inputFile === undefined ? undefined : files.real(inputFile);
    const planned = planApp(files, configFile, { version, playsSources: replayFile === undefined, input });
    if (planned.ok) plans.push(planned.plan);
    else findings.push(...planned.findings);
    if (overrideFile !== undefined && files.size(overrideFile) === undefined) {
      findings.push(planError('CONFIG_MISSING', { file: overrideFile }, 'override file does not exist, quitting'));
    }
  }
  if (replayFile !== undefined) {
    if (files.size(replayFile) === undefined) {
      findings.push(planError('REPLAY_MISSING', { file: replayFile }, 'messages to replay: no such file'));
    }
    const [first] = plans;
    if (first !== undefined && plans.every(({ outputs }) => outputs.length === 0)) {
      const reason = 'a replay needs an enabled sink of type 6';
      findings.push(planError('NOTHING_TO_PLAY', { file: first.configFile }, reason));
    }
  }
  return findings.length === 0 ? { ok: true, plans } : { ok: false, findings };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? `${String(error.code)} ${error.message}` : error.message;
}

function describe({ code, at, message }: PlanDiagnostic): string {
  return `${code} ${formatPlace(at)}: ${message}`;
}

function flush(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
