import type { Writable } from 'node:stream';
import { formatPlace } from '@companion/foundation';
import { systemClock } from '@companion/foundation/node';
import { planApp } from './plan/app-plan.ts';
import type { AppPlan, Planned } from './plan/app-plan.ts';
import { runApp } from './app.ts';
import { helpText, readArguments } from './arguments.ts';
import { DiskFiles } from './plan/files.ts';
import type { Files } from './plan/files.ts';
import { planError, type PlanDiagnostic } from './plan/plan-diagnostic.ts';
import { HubOutlet } from './outlet/hub-outlet.ts';
import type { Outlet } from './outlet/outlet.ts';
import { readSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { StreamOutlet } from './outlet/stream-outlet.ts';

/** What a process gives the command. */
export interface CommandParts {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Aborts on SIGINT. */
  readonly signal: AbortSignal;
}

/** deepstream-test5-app returns −1 from main, whatever is wrong. */
const failed = 255;

/** Runs the stand-in from its command line to its exit code: 0, or 255 with a line for each reason. */
export async function runCommand({ argv, env, stdout, stderr, signal }: CommandParts): Promise<number> {
  const lineTo = (stream: Writable) => (text: string) => stream.write(`DeepStream stand-in: ${text}\n`);
  const complain = lineTo(stderr);
  const fail = async (reasons: readonly string[]): Promise<number> => {
    for (const reason of reasons) complain(reason);
    complain('app run failed');
    await Promise.all([flush(stdout), flush(stderr)]);
    return failed;
  };

  const asked = readArguments(argv);
  if (asked.kind === 'wrong') return fail([asked.reason]);
  if (asked.kind === 'help') {
    stdout.write(helpText);
    await flush(stdout);
    return 0;
  }
  const read = readSettings(env);
  if (!read.ok) return fail(read.reasons);
  const { settings } = read;
  // Where messages go to stdout, nothing else does.
  const say = lineTo(settings.sink === 'stdout' ? stderr : stdout);
  say(`a stand-in, no GPU and no inference; config ${asked.configFile}`);
  for (const option of asked.ignored) say(`${option} is ignored`);

  const planned = plan(new DiskFiles(), asked.configFile, settings);
  if (!planned.ok) return fail(planned.findings.map(describe));
  for (const note of planned.plan.notes) say(`note: ${note}`);
  try {
    const outlet = await openOutlet(planned.plan, settings, { env, stdout, stderr });
    await runApp({ plan: planned.plan, settings, modelUsed: asked.modelUsed, outlet, clock: systemClock, signal, say });
  } catch (error) {
    return await fail([reasonOf(error)]);
  }
  say('app run successful');
  await Promise.all([flush(stdout), flush(stderr)]);
  return 0;
}

function plan(files: Files, configFile: string, { replayFile }: Settings): Planned {
  if (replayFile === undefined) return planApp(files, configFile);
  const planned = planApp(files, configFile, { playsSources: false });
  if (!planned.ok) return planned;
  const findings: PlanDiagnostic[] = [];
  if (files.size(replayFile) === undefined) {
    findings.push(planError('REPLAY_MISSING', { file: replayFile }, 'messages to replay: no such file'));
  }
  if (planned.plan.outputs.length === 0) {
    const reason = 'a replay needs an enabled sink of type 6';
    findings.push(planError('NOTHING_TO_PLAY', { file: planned.plan.configFile }, reason));
  }
  return findings.length === 0 ? planned : { ok: false, findings };
}

async function openOutlet(
  { outputs }: AppPlan,
  { sink }: Settings,
  { env, stdout, stderr }: Pick<CommandParts, 'env' | 'stdout' | 'stderr'>,
): Promise<Outlet> {
  if (sink === 'stdout' || outputs.length === 0) return new StreamOutlet(stdout);
  // Loaded only where it is used: the Azure SDK takes a second.
  const { AzureHub, createLog, parseModuleEnvironment } = await import('@companion/edge');
  parseModuleEnvironment(env);
  return new HubOutlet(
    new AzureHub({ log: createLog({ module: 'DeepStream stand-in', level: 'warn', destination: stderr }) }),
  );
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
