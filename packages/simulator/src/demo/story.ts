import { delay, isJsonObject, parseJson, type Clock, type JsonObject } from '@companion/foundation';
import { parseConfig } from '@companion/deepstream/config-file';
import type { Simulator } from '../device/simulator.ts';
import { rtspEdits } from './demo-twins.ts';
import { DeviceState } from './device-state.ts';
import { parseMetrics, type Metrics } from './timeline/metrics-text.ts';
import type { Timeline } from './timeline/timeline.ts';

/** One promise of the story and whether it was kept. */
export interface Check {
  readonly what: string;
  readonly kept: boolean;
  /** What was seen, or what is missing. */
  readonly found: string;
}

export interface StoryOptions {
  readonly simulator: Simulator;
  readonly timeline: Timeline;
  readonly clock: Clock;
  /** Gives up on a step after so long, milliseconds. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** What the filter says of a spot, and what it said before. */
interface SpotChange {
  readonly type: string;
  readonly previous: string;
}

const probeEveryMs = 200;

/** A car that comes and one that goes: what the filter says of a spot when it first sees it proves neither. */
const spotChanges: readonly SpotChange[] = [
  { type: 'parking.parked', previous: 'empty' },
  { type: 'parking.empty', previous: 'occupied' },
];

/** The change that the tutorial makes with an editor over ssh. */
export const rtspPatch: JsonObject = { deepstream: { edits: rtspEdits } };

/** The demo on a running simulator, as steps that are told and checked one by one. Steps never throw for what they check; they say what is missing. */
export class Story {
  readonly #options: StoryOptions;
  readonly #device: DeviceState;

  constructor(options: StoryOptions) {
    this.#options = options;
    this.#device = new DeviceState(options.simulator);
  }

  async modulesConnect(): Promise<Check> {
    const own = this.#device.ownModules();
    const missing = (): string[] => own.filter((name) => !this.#device.isConnected(name));
    await this.#eventually(() => (missing().length === 0 ? true : undefined));
    const left = missing();
    const found = left.length === 0 ? own.join(', ') : `${left.join(', ')} did not`;
    return this.#check('modules connect over TLS with verified tokens', left.length === 0, found);
  }

  /** A release that is not `other` is published and current, DeepStream runs it, and artifacts reports it healthy. */
  async releaseRuns(what: string, other?: string): Promise<Check & { readonly release: string | undefined }> {
    const release = await this.#eventually(async () => {
      const running = await this.#device.runningRelease();
      return running === other ? undefined : running;
    });
    const reported = JSON.stringify(this.#device.reported('artifacts')['release'] ?? null);
    const missing = `${other === undefined ? 'no release' : 'no other release'} is published, current, run by DeepStream and reported as running; reported: ${reported}`;
    const found = release === undefined ? missing : `release ${release}`;
    return { ...this.#check(what, release !== undefined, found), release };
  }

  async eventsArrive(): Promise<Check[]> {
    await this.#eventually(() => (spotChanges.every((change) => this.#zonesOf(change).length > 0) ? true : undefined));
    return spotChanges.map((change) => {
      const zones = this.#zonesOf(change);
      const found = zones.length > 0 ? zones.join(', ') : 'none came out of $upstream';
      const what = `${change.type} (was ${change.previous}) reaches IoT Hub through the routes`;
      return this.#check(what, zones.length > 0, found);
    });
  }

  /** The tutorial's change by hand, as a twin change; the config that DeepStream now runs is read back. */
  async rtspSwitchedOn(release: string): Promise<Check> {
    const config = await this.#device.read(`releases/${release}/app-config`);
    const path = config.trim();
    const parsed = parseConfig(await this.#device.read(`releases/${release}/${path}`), path);
    const value = (group: string): string | undefined => (parsed.ok ? parsed.file.get(group, 'enable') : undefined);
    const kept = value('sink0') === '0' && value('sink3') === '1';
    const found = `[sink0] enable=${value('sink0') ?? '?'}, [sink3] enable=${value('sink3') ?? '?'}`;
    return this.#check('RTSP output is on in the config that DeepStream runs', kept, found);
  }

  /** Every message of a recording was parsed by the filter; none failed, none was lost. */
  async replayArrives(messages: number): Promise<Check> {
    const { simulator, timeline } = this.#options;
    let metrics: Metrics = new Map();
    const startsBefore = await this.#device.starts();
    let shown = -1;
    const arrived = (): number => total(metrics, 'filter_messages_received_total');
    await this.#eventually(async () => {
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
    const restarted = (await this.#device.starts()) !== startsBefore;
    const counts = `${parsed} parsed, ${lost} lost, ${failed} failed (counted at the filter)`;
    return this.#check(
      `${messages} recorded messages go through TLS, SDK, route and filter`,
      parsed === messages && lost === 0 && failed === 0 && !restarted,
      restarted ? `DeepStream was started again during the replay; ${counts}` : counts,
    );
  }

  #zonesOf({ type, previous }: SpotChange): string[] {
    return this.#options.simulator.hub.upstream
      .recent(Number.MAX_SAFE_INTEGER)
      .filter((message) => message.properties['type'] === type && previousState(message.body) === previous)
      .map((message) => message.properties['zone'] ?? '?');
  }

  /** Asks until `probe` answers, or patience ends. */
  async #eventually<T>(probe: () => T | undefined | Promise<T | undefined>): Promise<T | undefined> {
    const { clock, patienceMs, signal } = this.#options;
    const endMs = clock.monotonicMs() + patienceMs;
    for (;;) {
      const found = await probe();
      if (found !== undefined || clock.monotonicMs() >= endMs) return found;
      await delay(clock, probeEveryMs, signal);
    }
  }

  #check(what: string, kept: boolean, found: string): Check {
    this.#options.timeline.say('check', `${kept ? '✓' : '✗'} ${what}: ${found}`, kept ? 'good' : 'bad');
    return { what, kept, found };
  }
}

function previousState(body: Uint8Array): unknown {
  const event = parseJson(new TextDecoder().decode(body));
  const data = isJsonObject(event) ? event['data'] : undefined;
  return isJsonObject(data) ? data['previous'] : undefined;
}

function total(metrics: Metrics, name: string): number {
  return (metrics.get(name) ?? []).reduce((sum, sample) => sum + sample.value, 0);
}
