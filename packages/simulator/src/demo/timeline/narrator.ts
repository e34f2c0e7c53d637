import { redactSecrets } from '@companion/foundation';
import type { AgentEvent } from '../../agent/index.ts';
import { parseMetrics } from './metrics-text.ts';
import type { HubEvent, UpstreamMessage } from '../../hub/index.ts';
import type { Simulator } from '../../device/simulator.ts';
import { formatBytes, progressBar } from './progress-bar.ts';
import type { Timeline } from './timeline.ts';

const pollEveryMs = 250;

/** Tells on a timeline what happens in a simulator; the returned function ends it. */
export function narrate(simulator: Simulator, timeline: Timeline): () => void {
  const { hub, agent } = simulator;
  const ends = [
    hub.events.subscribe((event) => tellHubEvent(event, timeline)),
    hub.upstream.subscribe((message) => timeline.say('IoT Hub', upstreamText(message), 'good')),
    agent.events.subscribe((event) => tellAgentEvent(event, agent.output(event.module).at(-1), timeline)),
    followDownloads(simulator, timeline),
  ];
  return () => ends.forEach((end) => end());
}

function tellHubEvent(event: HubEvent, timeline: Timeline): void {
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
      if (event.section === 'desired')
        timeline.say(
          'operator',
          `twin of ${event.module} is now desired version ${event.version}: ${shortened(event.patch)}`,
        );
      else for (const line of reportedLines(event.patch)) timeline.say(event.module, `reports ${line}`);
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

function tellAgentEvent(event: AgentEvent, lastLine: string | undefined, timeline: Timeline): void {
  switch (event.kind) {
    case 'started':
      timeline.say(
        event.module,
        event.restarts === 0 ? `${event.label} started` : `${event.label} started (restart ${event.restarts})`,
        'quiet',
      );
      break;
    case 'note':
      timeline.say(event.module, event.text, 'quiet');
      break;
    case 'exited':
      timeline.say(
        event.module,
        `ended: ${event.signal ?? `exit code ${event.exitCode ?? '?'}`}`,
        event.exitCode === 0 ? 'quiet' : 'bad',
      );
      // Why, in its own words: nobody should have to start again with --logs to see it.
      if (event.exitCode !== 0 && lastLine !== undefined) timeline.say(event.module, `said last: ${lastLine}`, 'bad');
      break;
    case 'backoff':
      timeline.say(event.module, `starts again in ${(event.delayMs / 1000).toFixed(1)} s`, 'quiet');
      break;
    case 'failed':
      timeline.say(event.module, `failed after ${event.restarts} restarts`, 'bad');
      break;
    case 'stopped':
      break;
  }
}

/** One line for each thing in a reported patch that a person would want to know. */
export function reportedLines(patch: Readonly<Record<string, unknown>>): string[] {
  const lines: string[] = [];
  const release = patch['release'];
  if (isRecord(release) && typeof release['state'] === 'string') {
    const id = typeof release['id'] === 'string' ? ` ${release['id']}` : '';
    const exit = typeof release['exitCode'] === 'number' ? `, exit code ${release['exitCode']}` : '';
    const error = isRecord(release['error']) ? `: ${String(release['error']['message'])}` : '';
    lines.push(`release${id} ${release['state']}${exit}${error}`);
  }
  const findings = patch['findings'];
  if (Array.isArray(findings)) {
    for (const finding of findings)
      if (isRecord(finding))
        lines.push(`a mistake in its twin: ${String(finding['path'])} ${String(finding['message'])}`);
  }
  if (typeof patch['hint'] === 'string') lines.push(patch['hint']);
  return lines;
}

function upstreamText(message: UpstreamMessage): string {
  const { type, zone } = message.properties;
  const totals = totalsOf(message.body);
  return `${type ?? message.output ?? 'message'}${zone === undefined ? '' : `  ${zone}`}${totals === undefined ? '' : `   (${totals})`}`;
}

function totalsOf(body: Uint8Array): string | undefined {
  try {
    const event: unknown = JSON.parse(new TextDecoder().decode(body));
    const data = isRecord(event) ? event['data'] : undefined;
    const totals = isRecord(data) ? data['totals'] : undefined;
    if (!isRecord(totals)) return undefined;
    return Object.entries(totals)
      .map(([name, count]) => `${String(count)} ${name}`)
      .join(', ');
  } catch {
    return undefined;
  }
}

/** Shows downloads as bars; where they stand comes from the module's own metrics, as it would on a device. */
function followDownloads(simulator: Simulator, timeline: Timeline): () => void {
  let asking = false;
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    void simulator
      .metricsOf('artifacts')
      .then((text) => timeline.progress(downloadLine(text)))
      .finally(() => (asking = false));
  }, pollEveryMs);
  return () => {
    clearInterval(timer);
    timeline.progress(undefined);
  };
}

/** The line that shows all downloads under way, or undefined where there are none. */
export function downloadLine(metricsText: string): string | undefined {
  const metrics = parseMetrics(metricsText);
  const totals = new Map(
    (metrics.get('artifacts_download_total_bytes') ?? []).map(({ labels, value }) => [labels['artifact'], value]),
  );
  const bars = (metrics.get('artifacts_download_received_bytes') ?? []).flatMap(({ labels, value }) => {
    const total = totals.get(labels['artifact']) ?? 0;
    if (total === 0) return [`${labels['artifact'] ?? '?'} ${formatBytes(value)}`];
    return [
      `${labels['artifact'] ?? '?'} ${progressBar(value / total, 20)} ${Math.floor((100 * value) / total)} % of ${formatBytes(total)}`,
    ];
  });
  return bars.length === 0 ? undefined : `          ${bars.join('   ')}`;
}

function shortened(patch: Readonly<Record<string, unknown>>): string {
  const text = withoutSecrets(JSON.stringify(patch));
  return text.length <= 160 ? text : `${text.slice(0, 157)}…`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A patch as it may be shown: keys, signatures, passwords and the queries of URLs are left out. */
function withoutSecrets(text: string): string {
  return redactSecrets(text).replace(/(https?:\/\/[^"\s?]*)\?[^"\s]*/gi, '$1?…');
}
