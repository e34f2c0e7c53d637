import { cloudEvent, eventSource, nvidiaMessage } from '@companion/filter';
import { parseDesired, Replay, reportedMistake, type Desired, type ZoneEvent } from '@companion/occupancy';
import { CliError } from '../command/cli-error.ts';
import { defineCommand } from '../command/command.ts';
import { desiredProperties } from '../files/desired-document.ts';
import { readText } from '../files/input.ts';
import { readRecording } from '../files/recording.ts';
import type { Terminal } from '../terminal/terminal.ts';

const progressAfterMs = 2_000;
const dayMs = 86_400_000;

/** `companion replay`. */
export const command = defineCommand({
  operands: 'FILE…',
  notes: `FILE (- is stdin) holds messages of the full or the minimal schema: JSON lines, or a JSON array. Several are one recording,
in the order given. Events go to stdout as JSON lines, statistics to stderr. What can't be read is counted by reason.`,
  examples: [
    'companion replay messages.jsonl --desired zones.json',
    'companion replay monday.jsonl tuesday.jsonl --desired twin.json --json > events.jsonl',
  ],
  options: {
    desired: {
      type: 'text',
      value: 'FILE',
      required: true,
      help: "the filter's desired properties: zones, defaults, …",
    },
    zones: { type: 'text', value: 'FILE', help: 'what stands for the zonesFile that they name' },
    json: { type: 'flag', help: 'print the statistics as one line of JSON' },
  },
  run: async ({ operands, options }, terminal) => {
    const desired = await readDesired(options.desired, options.zones, terminal);
    const startMs = Date.now();
    const run = new Replay(desired.config, { latestMs: startMs + dayMs });
    const print = (events: readonly ZoneEvent[]): void => {
      for (const event of events) {
        const line = eventLine(event, desired.options.format);
        if (line !== undefined) terminal.out(`${line}\n`);
      }
    };
    let progressMs = startMs + progressAfterMs;
    for (const path of operands) {
      for await (const message of readRecording(path, terminal)) {
        print(run.message(message));
        const nowMs = Date.now();
        if (nowMs < progressMs) continue;
        progressMs = nowMs + progressAfterMs;
        terminal.err(`${path}: ${run.statistics().messages} messages so far\n`);
      }
    }
    print(run.end());
    const seconds = Math.max(Date.now() - startMs, 1) / 1_000;
    terminal.err(options.json ? `${JSON.stringify(statisticsJson(run, seconds))}\n` : statisticsText(run, seconds));
    return 0;
  },
});

async function readDesired(
  path: string,
  zonesPath: string | undefined,
  terminal: Terminal,
): Promise<Extract<Desired, { ok: true }>> {
  const desired = parseDesired(
    desiredProperties(path, await readText(path, terminal)),
    zonesPath === undefined ? undefined : await readText(zonesPath, terminal),
  );
  if (!desired.ok) {
    const lines = desired.mistakes
      .map(reportedMistake)
      .map(({ field, problem }) => `companion: ${path}: ${field}: ${problem}`);
    throw new CliError('not-a-config', lines.join('\n'));
  }
  for (const [zone, reason] of Object.entries(desired.rejected)) {
    terminal.err(`${path}: zone ${JSON.stringify(zone)} is left out: ${reason}\n`);
  }
  return desired;
}

const source = eventSource('replay', 'filter');

/** As one line, whatever the schema; undefined for events that the format has no words for. */
function eventLine(event: ZoneEvent, format: 'cloudevents' | 'nvidia'): string | undefined {
  if (format === 'cloudevents') return JSON.stringify(cloudEvent(event, source));
  const body = nvidiaMessage(event, source)?.body;
  return body === undefined ? undefined : JSON.stringify(JSON.parse(body.toString()));
}

function statisticsJson(run: Replay, seconds: number): object {
  const { fromMs, toMs, ...counts } = run.statistics();
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return { ...counts, from: iso(fromMs), to: iso(toMs), seconds, totals: run.pipeline.totals() };
}

function statisticsText(run: Replay, seconds: number): string {
  const { messages, frames, detections, events, rejected, fromMs, toMs } = run.statistics();
  const { occupied, empty, unknown } = run.pipeline.totals();
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name === '' ? '(no name)' : name} ${count}`)
      .join(', ') || 'none';
  const span = fromMs === null || toMs === null ? '' : ` of ${((toMs - fromMs) / 1_000).toFixed(1)} s`;
  return [
    `${messages} messages${span} in ${seconds.toFixed(1)} s, ${detections} detections`,
    `frames: ${list(frames)}`,
    `not read: ${list(rejected)}`,
    `events: ${list(events)}`,
    `spots at the end: ${occupied} occupied, ${empty} empty, ${unknown} unknown`,
    '',
  ].join('\n');
}
