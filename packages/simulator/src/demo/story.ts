import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject, JsonValue } from '@companion/foundation';
import { parseKeyFile } from '@companion/deepstream/keyfile';
import type { Simulator } from '../device/simulator.ts';
import type { Timeline } from './timeline/timeline.ts';
import { parseMetrics, type Metrics } from './timeline/metrics-text.ts';
import { rtspEdits } from './demo-twins.ts';

/** One promise of the story and whether it was kept. */
export interface Check {
  readonly what: string;
  readonly kept: boolean;
  /** What was seen, or what is missing. */
  readonly found: string;
}

interface StoryOptions {
  readonly simulator: Simulator;
  readonly timeline: Timeline;
  /** Gives up on a step after so long, milliseconds. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** The demo as steps that can be told and checked one by one. */
export interface Story {
  modulesConnect(): Promise<Check>;
  /** The release that the artifacts twin asks for is published and current, DeepStream runs it, and the module reports it healthy. */
  releaseRuns(what: string, other?: string): Promise<Check & { readonly release: string | undefined }>;
  eventsArrive(): Promise<Check[]>;
  /** The tutorial's change by hand, as a twin change; the config that DeepStream now runs is read back. */
  rtspSwitchedOn(release: string): Promise<Check>;
  /** Every message of a recording was parsed by the filter; none failed, none was lost. */
  replayArrives(messages: number): Promise<Check>;
}

/** A file of the shared volume; "" for one that is not there. */
type ReadText = (path: string) => Promise<string>;

const lookEveryMs = 200;

/** Tells the story on a running simulator. Steps never throw for what they check; they say what is missing. */
export function createStory({ simulator, timeline, patienceMs, signal }: StoryOptions): Story {
  const { hub } = simulator;
  const read: ReadText = async (path) => simulator.readVolume(path).then(String, () => '');

  /** Looks until `probe` answers, or patience ends. */
  const eventually = async <T>(probe: () => T | undefined | Promise<T | undefined>): Promise<T | undefined> => {
    const endMs = performance.now() + patienceMs;
    for (;;) {
      const found = await probe();
      if (found !== undefined || performance.now() >= endMs) return found;
      await delay(lookEveryMs, undefined, { signal });
    }
  };

  const check = (what: string, kept: boolean, found: string): Check => {
    timeline.say('check', `${kept ? '✓' : '✗'} ${what}: ${found}`, kept ? 'good' : 'bad');
    return { what, kept, found };
  };

  const reported = (module: string): JsonObject => hub.twins.get(module).properties.reported;

  return {
    async modulesConnect() {
      const names = Object.keys(hub.stats().modules);
      const missing = (): string[] =>
        names.filter((name) => hub.stats().modules[name]?.connected !== true && connectsByItself(simulator, name));
      await eventually(() => (missing().length === 0 ? true : undefined));
      const left = missing();
      return check(
        'modules connect over TLS with verified tokens',
        left.length === 0,
        left.length === 0
          ? names.filter((name) => connectsByItself(simulator, name)).join(', ')
          : `${left.join(', ')} did not`,
      );
    },

    async releaseRuns(what, other) {
      const seen = await eventually(async () => {
        const release = await runningRelease(read, reported('artifacts'));
        return release === undefined || release === other ? undefined : release;
      });
      const found =
        seen === undefined
          ? `${other === undefined ? 'no release' : 'no other release'} is published, current, run by DeepStream and reported as running; reported: ${JSON.stringify(reported('artifacts')['release'] ?? null)}`
          : `release ${seen}`;
      return { ...check(what, seen !== undefined, found), release: seen };
    },

    async eventsArrive() {
      // A car that comes and one that goes: what the filter says of a spot when it first sees it proves neither.
      const changes = [
        { type: 'parking.parked', previous: 'empty' },
        { type: 'parking.empty', previous: 'occupied' },
      ] as const;
      const zones = ({ type, previous }: (typeof changes)[number]): string[] =>
        hub.upstream
          .recent(Number.MAX_SAFE_INTEGER)
          .filter((message) => message.properties['type'] === type && previousState(message.body) === previous)
          .map((message) => message.properties['zone'] ?? '?');
      await eventually(() => (changes.every((change) => zones(change).length > 0) ? true : undefined));
      return changes.map((change) => {
        const found = zones(change);
        const text = found.length > 0 ? found.join(', ') : 'none came out of $upstream';
        return check(
          `${change.type} (was ${change.previous}) reaches IoT Hub through the routes`,
          found.length > 0,
          text,
        );
      });
    },

    async rtspSwitchedOn(release) {
      const config = await read(`releases/${release}/app-config`);
      const parsed = parseKeyFile(await read(`releases/${release}/${config.trim()}`));
      const value = (group: string): string | undefined => (parsed.ok ? parsed.file.get(group, 'enable') : undefined);
      const kept = value('sink0') === '0' && value('sink3') === '1';
      return check(
        'RTSP output is on in the config that DeepStream runs',
        kept,
        `[sink0] enable=${value('sink0') ?? '?'}, [sink3] enable=${value('sink3') ?? '?'}`,
      );
    },

    async replayArrives(messages) {
      let metrics: Metrics = new Map();
      const startsBefore = await starts(read);
      let shown = -1;
      const arrived = (): number => total(metrics, 'filter_messages_received_total');
      await eventually(async () => {
        metrics = parseMetrics(await simulator.metricsOf('filter'));
        if (arrived() > shown) timeline.progress(`replay  ${arrived()} of ${messages} messages at the filter`);
        shown = arrived();
        return shown >= messages ? true : undefined;
      });
      timeline.progress(undefined);
      const parsed = total(metrics, 'filter_messages_parsed_total');
      const failed = total(metrics, 'filter_messages_failed_total');
      const lost = messages - arrived();
      // Each start sends the file from its beginning: the counters would then be right by accident.
      const restarted = (await starts(read)) !== startsBefore;
      const found = `${parsed} parsed, ${lost} lost, ${failed} failed (counted at the filter)`;
      return check(
        `${messages} recorded messages go through TLS, SDK, route and filter`,
        parsed === messages && lost === 0 && failed === 0 && !restarted,
        restarted ? `DeepStream was started again during the replay; ${found}` : found,
      );
    },
  };
}

/** The change that the tutorial makes with an editor over ssh. */
export const rtspPatch: JsonObject = { deepstream: { edits: rtspEdits } };

/** The release, if the link, the supervisor and the module's report all name the same one and it counts as running. */
async function runningRelease(read: ReadText, reportedState: JsonObject): Promise<string | undefined> {
  const release = reportedState['release'] as JsonObject | undefined;
  const id = release?.['id'];
  if (typeof id !== 'string' || release?.['state'] !== 'running') return undefined;
  const published = (await read('current/release.json')) || '{}';
  const status = await read('supervisor.status');
  const current = (JSON.parse(published) as Record<string, JsonValue>)['id'];
  const runs = status.includes(`\nrelease=${id}\n`) && status.startsWith('state=running\n');
  return current === id && runs ? id : undefined;
}

function previousState(body: Uint8Array): unknown {
  try {
    return (JSON.parse(new TextDecoder().decode(body)) as { data?: { previous?: unknown } }).data?.previous;
  } catch {
    return undefined;
  }
}

function total(metrics: Metrics, name: string): number {
  return (metrics.get(name) ?? []).reduce((sum, sample) => sum + sample.value, 0);
}

/** DeepStream's module connects only once a release makes it run. */
function connectsByItself(simulator: Simulator, module: string): boolean {
  return simulator.deployment.modules.some(
    ({ name, source, status }) => name === module && source !== undefined && status === 'running',
  );
}

/** How often the supervisor has started DeepStream, and which supervisor it was. */
async function starts(read: ReadText): Promise<string> {
  const status = await read('supervisor.status');
  return status
    .split('\n')
    .filter((line) => /^(starts|supervisor)=/.test(line))
    .join(' ');
}
