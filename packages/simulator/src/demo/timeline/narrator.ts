import { clip, isJsonObject, parseJson, redactUrlsIn, type Clock, type JsonObject } from '@companion/foundation';
import type { AgentEvent } from '../../agent/index.ts';
import type { Simulator } from '../../device/simulator.ts';
import type { HubEvent, UpstreamMessage } from '../../hub/index.ts';
import { downloadLine } from './download-line.ts';
import { reportedLines } from './reported-lines.ts';
import type { Timeline } from './timeline.ts';

export interface NarratorOptions {
  readonly simulator: Simulator;
  readonly timeline: Timeline;
  readonly clock: Clock;
}

const pollEveryMs = 250;

/** Writes on a timeline what happens in a simulator. */
export class Narrator {
  readonly #options: NarratorOptions;
  /** What `end` ends. */
  #subscriptions: readonly (() => void)[] = [];
  #cancelPoll: () => void = () => undefined;

  constructor(options: NarratorOptions) {
    this.#options = options;
  }

  begin(): void {
    const { hub, agent } = this.#options.simulator;
    this.#subscriptions = [
      hub.events.subscribe((event) => this.#hubEvent(event)),
      hub.upstream.subscribe((message) => this.#options.timeline.say('IoT Hub', upstreamText(message), 'good')),
      agent.events.subscribe((event) => this.#agentEvent(event)),
    ];
    this.#pollDownloads();
  }

  end(): void {
    for (const end of this.#subscriptions) end();
    this.#subscriptions = [];
    this.#cancelPoll();
    this.#options.timeline.progress(undefined);
  }

  #hubEvent(event: HubEvent): void {
    const { timeline } = this.#options;
    switch (event.type) {
      case 'module-connected':
        timeline.say(event.module, 'connected to the hub');
        break;
      case 'module-disconnected':
        timeline.say(event.module, 'disconnected', 'quiet');
        break;
      case 'refused':
        timeline.say(event.module ?? 'hub', `refused: ${event.reason}`, 'bad');
        break;
      case 'twin-refused':
        timeline.say(event.module, `twin ${event.section} refused: ${event.reason}`, 'bad');
        break;
      case 'twin-updated':
        if (event.section === 'desired') {
          const patch = shortened(event.patch);
          timeline.say('operator', `twin of ${event.module} is now desired version ${event.version}: ${patch}`);
        } else for (const line of reportedLines(event.patch)) timeline.say(event.module, `reports ${line}`);
        break;
      case 'method-invoked':
        timeline.say(event.module, `method ${event.name} answered ${event.status}`);
        break;
      case 'message-dropped':
        if (event.reason !== 'no-route') timeline.say(event.module, `message dropped: ${event.reason}`, 'bad');
        break;
      case 'message-redelivered':
        timeline.say(event.module, `message on ${event.input} sent again (try ${event.attempt})`, 'quiet');
        break;
    }
  }

  #agentEvent(event: AgentEvent): void {
    const { timeline, simulator } = this.#options;
    const { module } = event;
    switch (event.kind) {
      case 'started': {
        const restart = event.restarts === 0 ? '' : ` (restart ${event.restarts})`;
        timeline.say(module, `${event.label} started${restart}`, 'quiet');
        break;
      }
      case 'note':
        timeline.say(module, event.text, 'quiet');
        break;
      case 'exited': {
        const tone = event.exitCode === 0 ? 'quiet' : 'bad';
        timeline.say(module, `ended: ${event.signal ?? `exit code ${event.exitCode ?? '?'}`}`, tone);
        // Why, in its own words: nobody should have to start again with --logs to see it.
        const lastLine = simulator.agent.output(module).at(-1);
        if (tone === 'bad' && lastLine !== undefined) timeline.say(module, `said last: ${lastLine}`, 'bad');
        break;
      }
      case 'backoff':
        timeline.say(module, `starts again in ${(event.delayMs / 1000).toFixed(1)} s`, 'quiet');
        break;
      case 'failed':
        timeline.say(module, `failed after ${event.restarts} restarts`, 'bad');
        break;
      case 'stopped':
        break;
    }
  }

  /** Shows downloads as bars; how far they are comes from the module's own metrics, as it would on a device. */
  #pollDownloads(): void {
    const { simulator, timeline, clock } = this.#options;
    let ended = false;
    const cancel = clock.after(pollEveryMs, () => {
      void simulator.metricsOf('artifacts').then((text) => {
        if (ended) return;
        timeline.progress(downloadLine(text));
        this.#pollDownloads();
      });
    });
    this.#cancelPoll = () => {
      ended = true;
      cancel();
    };
  }
}

function upstreamText(message: UpstreamMessage): string {
  const { type, zone } = message.properties;
  const totals = totalsOf(message.body);
  return `${type ?? message.output ?? 'message'}${zone === undefined ? '' : `  ${zone}`}${totals === undefined ? '' : `   (${totals})`}`;
}

function totalsOf(body: Uint8Array): string | undefined {
  const event = parseJson(new TextDecoder().decode(body));
  const data = isJsonObject(event) ? event['data'] : undefined;
  const totals = isJsonObject(data) ? data['totals'] : undefined;
  if (!isJsonObject(totals)) return undefined;
  return Object.entries(totals)
    .map(([name, count]) => `${JSON.stringify(count)} ${name}`)
    .join(', ');
}

function shortened(patch: JsonObject): string {
  return clip(redactUrlsIn(JSON.stringify(patch)), 160);
}
