import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '@companion/foundation/node';
import { helpText, parseCommandLine, UsageError, type CommandLine } from './command-line.ts';
import { curlHelp, handHelp, handVariables } from './demo/curl-help.ts';
import { startDemo } from './demo/demo.ts';
import { runOnce, summary } from './demo/run-once.ts';
import { countReplayMessages } from './demo/replay-file.ts';
import { Story } from './demo/story.ts';
import type { MachineChoice } from './device/machine.ts';
import { openSimulator } from './device/open-simulator.ts';
import type { Simulator } from './device/simulator.ts';
import { Narrator } from './demo/timeline/narrator.ts';
import { Timeline } from './demo/timeline/timeline.ts';

/** Ports of a simulator that stays: known, so that commands can be kept. */
const defaultHubPort = 18_883;
const defaultApiPort = 18_080;
/** A demo restarts a crashed module after 1 s, where a device takes 10. */
const backoffUnitMs = 1_000;

const exitCodes = { fine: 0, broken: 1, usage: 2, interrupted: 130 } as const;

async function main(): Promise<number> {
  const command = parseCommandLine(process.argv.slice(2));
  if (command === 'help') {
    process.stdout.write(helpText());
    return exitCodes.fine;
  }
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const replayMessages = command.replay === undefined ? undefined : await countReplayMessages(command.replay);
  const root =
    command.root === undefined && command.once
      ? await mkdtemp(join(tmpdir(), 'simulator-'))
      : resolve(command.root ?? '.simulator');
  try {
    return await run(command, root, replayMessages, interrupted.signal);
  } catch (error) {
    if (interrupted.signal.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    if (command.root === undefined && command.once) await rm(root, { recursive: true, force: true });
  }
}

async function run(
  command: CommandLine,
  root: string,
  replayMessages: number | undefined,
  signal: AbortSignal,
): Promise<number> {
  const timeline = new Timeline({
    output: process.stdout,
    elapsedMs: () => performance.now(),
    colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  });
  await using simulator = await openSimulator({
    templatePath: command.template,
    ...(command.envFile === undefined ? {} : { envFile: command.envFile }),
    environment: process.env,
    root,
    hubPort: command.hubPort ?? (command.once ? 0 : defaultHubPort),
    apiPort: command.apiPort ?? (command.once ? 0 : defaultApiPort),
    standInEnvironment: standInEnvironment(command),
    ...(command.replay === undefined ? {} : { standInFile: resolve(command.replay) }),
    machine: machineChoice(command),
    backoffUnitMs,
    without: command.without,
    log: pino({ level: 'silent' }),
  });
  const { address, agent } = simulator;
  if (command.logs) agent.lines.subscribe(({ module, line }) => timeline.write(`${module}| ${line}\n`));
  const told = { simulator, timeline, clock: systemClock, patienceMs: command.patienceSec * 1000, signal };
  timeline.say(
    'simulator',
    `hub on mqtts://localhost:${address.port}, service API on http://127.0.0.1:${address.apiPort}`,
  );
  timeline.say('simulator', simulator.machine);
  timeline.say('simulator', 'a DeepStream stand-in replays recorded detections: no GPU, no inference', 'quiet');
  await using demo = await startDemo({ root, seed: command.seed, app: command.app, reach: simulator.reach });
  const narrator = new Narrator({ simulator, timeline, clock: systemClock });
  narrator.begin();
  try {
    await simulator.start();
    if (command.once) {
      const checks = await runOnce({ ...told, demo, replayMessages });
      narrator.end();
      timeline.write(summary(simulator, checks, performance.now()));
      return checks.every(({ kept }) => kept) ? exitCodes.fine : exitCodes.broken;
    }
    if (command.demo) {
      await new Story(told).modulesConnect();
      demo.patchTwins(simulator);
    }
    timeline.write(curlHelp(simulator));
    for (const module of command.without) {
      timeline.write(handHelp(module, await writeHandVariables(simulator, module, root)));
    }
    await untilAborted(signal);
    timeline.say('simulator', 'ending the modules');
    return exitCodes.fine;
  } finally {
    narrator.end();
  }
}

/** Writes what starts a module by hand to `<root>/<module>.env`, for this user alone: the module's key is in it. */
async function writeHandVariables(simulator: Simulator, module: string, root: string): Promise<string> {
  const dataFolder = join(root, 'by-hand', module);
  await mkdir(dataFolder, { recursive: true });
  const file = join(root, `${module}.env`);
  // Anew, since a file that is there keeps its mode.
  await rm(file, { force: true });
  await writeFile(file, handVariables(simulator, module, dataFolder), { mode: 0o600 });
  return file;
}

function standInEnvironment({ replay, fps, deepstream }: CommandLine): Record<string, string> {
  return {
    ...(replay === undefined ? {} : { DEEPSTREAM_STAND_IN_REPLAY: resolve(replay) }),
    ...(fps === undefined ? {} : { DEEPSTREAM_STAND_IN_FPS: String(fps) }),
    ...(deepstream === undefined ? {} : { DEEPSTREAM_STAND_IN_VERSION: deepstream }),
  };
}

/** A story that is told once has names and volumes of its own, and takes them away again. */
function machineChoice({ engine, once, containerPrefix }: CommandLine): MachineChoice {
  if (engine === 'processes') return { kind: engine };
  const prefix = containerPrefix ?? (once ? `simulator-${process.pid}-` : '');
  return { kind: engine, containerPrefix: prefix, volumes: once ? 'remove' : 'keep' };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Errors with a code are mistakes that people can mend: one line, no stack. Anything else is a bug of ours. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.message : (error.stack ?? error.message);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`simulator: ${explain(error)}\n`);
  process.exitCode = error instanceof UsageError ? exitCodes.usage : exitCodes.broken;
}
