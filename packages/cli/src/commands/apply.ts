import process from 'node:process';
import { resolve } from 'node:path';
import { applyOnce, parseDesired, parseSettings, reportedFinding } from '@companion/artifacts';
import type { Applied, ArtifactProgress, DesiredState, ReportedFinding } from '@companion/artifacts';
import type { ExitCode } from '../command/command.ts';
import { desiredProperties, withImports } from '../files/desired-document.ts';
import { readText } from '../files/input.ts';
import { defineCommand } from '../command/command.ts';
import { ProgressBars } from '../terminal/progress-bars.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `companion apply`. */
export const command = defineCommand({
  operands: '',
  notes: `For factory images: downloads, verifies, unpacks and publishes as the artifacts module does, and makes "current" name the
release. Nobody waits for DeepStream: the module goes on with it at its first start. Where a module or another run has the
volume, it fails (VOLUME_LOCKED) and touches nothing. A second run changes nothing; one that was cut goes on. Run it as
uid 1000, like the module, which must be able to write there too: sudo -u '#1000' npx companion apply …
HTTP_PROXY, HTTPS_PROXY, NO_PROXY and ARTIFACTS_CA_FILES count as they do for the module; windows don't.
Exit codes: 0 done, or nothing to do; 1 refused or failed; 2 usage, or a file that can't be read.`,
  examples: [
    'companion apply --desired desired.json --root /var/deepstream/artifacts',
    'companion apply --desired desired.json --root ./volume --import /media/usb --json',
  ],
  options: {
    desired: {
      type: 'text',
      value: 'FILE',
      required: true,
      help: "the artifacts module's desired properties, its twin, or its section of a manifest (- is stdin)",
    },
    root: { type: 'text', value: 'DIR', required: true, help: 'the root of the volume; made where it is not there' },
    import: {
      type: 'text',
      value: 'DIR',
      help: 'the only directory that file: URLs may name; relative ones (file:a.tgz) start there',
    },
    secrets: { type: 'text', value: 'DIR', help: 'a file per credential, called like it' },
    json: { type: 'flag', help: 'print the result as JSON, and no progress' },
  },
  run: async ({ options }, terminal) => {
    const text = await readText(options.desired, terminal);
    const importDirectory = options.import === undefined ? undefined : resolve(options.import);
    const parsed = parseDesired(withImports(desiredProperties(options.desired, text), importDirectory));
    if (parsed.kind === 'invalid') return refuse(parsed.findings.map(reportedFinding), options, terminal);
    if (parsed.kind === 'unmanaged') {
      return refuse([{ path: 'artifacts', message: 'is missing: such a twin manages nothing' }], options, terminal);
    }
    const settings = parseSettings({
      ...process.env,
      ARTIFACTS_ROOT: resolve(options.root),
      ARTIFACTS_IMPORT: importDirectory,
      ARTIFACTS_SECRETS: options.secrets === undefined ? undefined : resolve(options.secrets),
    });
    const bars = new ProgressBars({
      write: options.json ? () => undefined : (more) => terminal.err(more),
      columns: process.stderr.isTTY ? process.stderr.columns : undefined,
    });
    const artifacts = new Map<string, ArtifactProgress>();
    const applied = await untilInterrupted((signal) =>
      applyOnce({
        settings,
        desired: parsed.state,
        signal,
        onArtifact: (name, progress) => {
          artifacts.set(name, progress);
          bars.show(name, progress);
        },
      }),
    );
    bars.end();
    if (options.json) terminal.out(`${JSON.stringify(resultOf(applied, artifacts), null, 2)}\n`);
    else tell(applied, parsed.state, terminal);
    return applied?.ok === true ? 0 : 1;
  },
});

/** Undefined where the process was told to stop: what came so far stays. A second signal ends the process at once. */
async function untilInterrupted(work: (signal: AbortSignal) => Promise<Applied>): Promise<Applied | undefined> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) return undefined;
    throw error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function refuse(
  findings: readonly ReportedFinding[],
  options: { readonly desired: string; readonly json: boolean },
  terminal: Terminal,
): ExitCode {
  if (options.json) terminal.out(`${JSON.stringify({ result: 'refused', findings }, null, 2)}\n`);
  else terminal.err(findings.map(({ path, message }) => `${options.desired}: ${path}: ${message}\n`).join(''));
  return 1;
}

function resultOf(applied: Applied | undefined, artifacts: ReadonlyMap<string, ArtifactProgress>): object {
  const shown = Object.fromEntries(artifacts);
  if (applied === undefined) return { result: 'interrupted', artifacts: shown };
  const { release } = applied;
  if (!applied.ok) return { result: 'failed', release, error: applied.error, artifacts: shown };
  const { before } = applied;
  return { result: before === release ? 'unchanged' : 'switched', release, before: before ?? null, artifacts: shown };
}

const ofVolume: ReadonlySet<string> = new Set(['VOLUME_LOCKED', 'VOLUME_UNWRITABLE']);

function tell(applied: Applied | undefined, { config }: DesiredState, terminal: Terminal): void {
  if (applied === undefined) terminal.err('interrupted: the next run goes on from here\n');
  else if (!applied.ok) {
    const { code, message } = applied.error;
    // The release has no part in what is wrong with its volume.
    const about = ofVolume.has(code) ? '' : `release ${applied.release}: `;
    terminal.err(`${about}${message} [${code}]\n`);
  } else if (applied.before === applied.release) terminal.out(`release ${applied.release} is current: nothing to do\n`);
  else terminal.out(`release ${applied.release} is current now${config === undefined ? '' : `, with ${config}`}\n`);
}
