import { readFile, readlink } from 'node:fs/promises';
import { appendFileSync, writeFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { activationFiles } from '../activation/activators/activation-files.ts';

/** Stands for the container of DeepStream with its supervisor, as far as the volume shows it. */
export interface DeepStreamDouble {
  /** Releases it was started on, in order. */
  readonly started: readonly string[];
  /** Ends the app by itself, once. */
  exit(code: number): void;
  stop(): Promise<void>;
}

interface DoubleOptions {
  readonly root: string;
  /** Exit code with which it ends at once on a release; undefined where it lives. */
  readonly exitCodeOf?: (release: string) => number | undefined;
  /** What it says of an engine in its override file; nothing where undefined. */
  readonly modelUpdate?: 'ok' | 'failed';
}

/** Starts the double: it follows `current`, `restart-request` and `ota.release`, and writes `supervisor.status`. */
export function startDeepStream({ root, exitCodeOf = () => undefined, modelUpdate }: DoubleOptions): DeepStreamDouble {
  const files = activationFiles({ root });
  const started: string[] = [];
  let running: string | undefined;
  let request = '';
  let ending: number | undefined;
  let stopped = false;
  let beats = 0;

  const write = (state: string, release: string, exitCode: number | undefined): void => {
    const temporary = join(root, '.supervisor.status.double');
    const text = `state=${state}\nrelease=${release}\nstarts=${started.length}\nexitCode=${exitCode ?? ''}\nsince=${started.length}\nsupervisor=1\nheartbeatSeconds=100000\n`;
    writeFileSync(temporary, text);
    renameSync(temporary, join(root, 'supervisor.status'));
  };
  const start = (release: string): void => {
    started.push(release);
    const exitCode = exitCodeOf(release);
    running = exitCode === undefined ? release : undefined;
    if (exitCode === undefined) write('running', release, undefined);
    else write('backoff', release, exitCode);
  };
  const loop = async (): Promise<void> => {
    let last: string | undefined;
    let override = '';
    while (!stopped) {
      writeFileSync(join(root, 'supervisor.heartbeat'), `supervisor=1\nbeats=${beats++}\n`);
      const current = await readlink(join(root, 'current')).then(basename, () => undefined);
      const asked = await readFile(files.restartRequest, 'utf8').catch(() => '');
      const taken = (await readFile(files.otaRelease, 'utf8').catch(() => '')).trim();
      if (ending !== undefined && current !== undefined) {
        write('backoff', current, ending);
        ending = running = undefined;
      } else if (current !== undefined && current !== last && running !== undefined && taken === current) {
        running = current;
        write('running', current, undefined);
      } else if (current !== undefined && (current !== last || asked !== request)) {
        start(current);
      }
      const file = await readFile(files.otaFile, 'utf8').catch(() => '');
      const engine = file === override ? undefined : /^model-engine-file=(.+)$/m.exec(file)?.[1];
      override = file;
      if (engine !== undefined && modelUpdate !== undefined) {
        const said = `\nModel Update Status: Updated model : ${engine}, OTATime = 5.0 ms, result: ${modelUpdate} \n\n`;
        appendFileSync(join(root, 'deepstream.log'), said);
      }
      last = current;
      request = asked;
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  };
  const ended = loop();
  return {
    started,
    exit: (code) => void (ending = code),
    async stop() {
      stopped = true;
      await ended;
    },
  };
}
