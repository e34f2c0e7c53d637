import { Reporter, type Health, type Hub, type Log, type Metrics } from '@companion/edge';
import type { Clock, JsonObject } from '@companion/foundation';
import type { Frame } from '@companion/deepstream/message';
import { encodeCheckpoint, restorePipeline } from './checkpoint/index.ts';
import { cloudEvent, eventMessage, eventSource } from './messages/cloud-event.ts';
import { createConfiguration } from './config/configuration.ts';
import { createIntake, createWatch } from './intake/index.ts';
import { createInterval } from './telemetry/interval.ts';
import { createMethods } from './telemetry/methods.ts';
import { createMqttInput, type MqttSettings } from './mqtt-input/index.ts';
import { nvidiaMessage } from './messages/nvidia-message.ts';
import { createOutbox, type Storage } from './outbox/index.ts';
import { zoneEntry, type ZoneEvent } from '@companion/occupancy';
import { reportedProperties } from './telemetry/report.ts';
import { snapshotEvents, snapshotMessage, type SnapshotReason } from './messages/snapshot-message.ts';
import { createStatistics } from './telemetry/statistics.ts';
import { createTwinCounters } from './telemetry/twin-counters.ts';

/** The running module, between the hub's input and its output. */
export interface Filter {
  /** Listens to the hub and the broker; call it before the hub is started, so that nothing is missed. */
  start(): void;
  /** Stops listening, gives what waits a few seconds to be sent and reported, and writes the last checkpoint. */
  stop(): Promise<void>;
}

/** What the filter needs; `device` and `module` name it in its events. */
export interface FilterOptions {
  readonly hub: Hub;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly clock: Clock;
  /** 0 up to 1, for back-off. */
  readonly random: () => number;
  readonly device: string;
  readonly module: string;
  /** Where the outbox and the checkpoint live; the filter closes it. */
  readonly storage: Storage;
  /** A broker to listen to beside the hub's input. */
  readonly mqtt?: MqttSettings | undefined;
  /** The volume that the artifacts module fills; a `zonesFile` of the twin lies in it. */
  readonly artifactsRoot: string;
}

const tickMs = 1_000;
const checkpointEveryMs = 10_000;
/** Events are rare; this many wait only if the hub is away for weeks, or a zone is drawn over a street. */
const outboxCapacity = { entries: 10_000, bytes: 32 * 1024 * 1024 };
const stopWithinMs = 2_000;
const zonesFileEveryMs = 5_000;

/** Wires hub and broker → messages → pipeline → events → outbox → hub. */
export function createFilter(options: FilterOptions): Filter {
  const { hub, log, metrics, health, clock, random, device, module, storage } = options;
  const source = eventSource(device, module);
  const statistics = createStatistics(metrics);
  const watch = createWatch();
  const restored = restorePipeline(storage.remembered.checkpoint, clock.now(), log);
  const { pipeline } = restored;
  const configuration = createConfiguration({
    initial: restored.settings,
    root: options.artifactsRoot,
    log,
    onChange: reconfigure,
  });
  const outbox = createOutbox({
    hub,
    storage,
    capacity: outboxCapacity,
    checkpoint: () =>
      encodeCheckpoint({
        takenMs: clock.now(),
        settings: configuration.settings,
        state: pipeline.state(),
        stampsMs: { ...restored.stampsMs, ...statistics.stampsMs() },
      }),
    clock,
    random,
    log,
  });
  const intake = createIntake({ statistics, log, clock, onFrame });
  const mqtt = options.mqtt && createMqttInput({ settings: options.mqtt, clock, random, log, onMessage: take });
  const counters = createTwinCounters(clock.now(), (nowMs) => ({
    messages: statistics.messages(),
    events: statistics.events(),
    sensors: statistics.sensors(nowMs),
    outbox: outbox.stats(),
  }));
  const reporter = new Reporter({
    hub,
    clock,
    log,
    wanted: () => {
      const settings = { ...configuration.settings, problems: configuration.problems };
      return reportedProperties(settings, { spots: pipeline.totals(), ...counters(clock.now()) });
    },
  });
  const methods = createMethods({ stats, reset, snapshot: () => sendSnapshot('method') });
  const endings: (() => void)[] = [];
  const checkpointDue = createInterval(clock.now(), () => checkpointEveryMs);
  const zonesFileDue = createInterval(clock.now(), () => zonesFileEveryMs);
  const snapshotDue = createInterval(clock.now(), () => configuration.settings.options.snapshotEveryMs);
  let connected = false;

  /** In the same turn as the pipeline's step: a checkpoint must know of exactly the events that are written with it. */
  function publish(events: readonly ZoneEvent[]): void {
    for (const event of events) {
      statistics.event(event.type);
      const nvidia = configuration.settings.options.format === 'nvidia';
      const message = nvidia ? nvidiaMessage(event, source) : eventMessage(cloudEvent(event, source));
      if (message !== null) outbox.add('event', 'events', message);
      log.info({ zone: event.zone, sensor: event.sensor, state: event.state, previous: event.previous }, event.type);
    }
    if (events.length > 0) reporter.changed();
  }

  /** Must be quick and must not throw: the hub gives the next message only after this one. */
  function take(body: Uint8Array): void {
    watch.heard();
    intake.take(body);
  }

  function onFrame(frame: Frame): void {
    const receivedMs = clock.now();
    statistics.frame(frame, receivedMs);
    publish(pipeline.step({ type: 'frame', frame, receivedMs }));
  }

  function reconfigure(): void {
    pipeline.configure(configuration.settings.config);
    outbox.saveCheckpoint();
    reporter.changed();
  }

  function sendSnapshot(reason: SnapshotReason): number {
    const parts = snapshotEvents(pipeline.snapshot(clock.now()), { source, reason });
    for (const part of parts) outbox.add('snapshot', 'snapshots', snapshotMessage(part));
    return parts.length;
  }

  function tick(): void {
    const nowMs = clock.now();
    const reachable = mqtt?.connected ?? hub.connection === 'connected';
    // While messages wait to be read, none is missing.
    if (watch.listening({ connected: reachable, nowMs }) && intake.waiting === 0) {
      publish(pipeline.step({ type: 'tick', nowMs }));
    }
    if (checkpointDue(nowMs)) outbox.saveCheckpoint();
    if (zonesFileDue(nowMs)) void configuration.readAgain();
    // Before the first twin there is nothing to tell.
    if (snapshotDue(nowMs) && pipeline.zones().length > 0) sendSnapshot('period');
    statistics.outbox(outbox.stats());
    reporter.tick();
  }

  function stats(): JsonObject {
    statistics.outbox(outbox.stats());
    return {
      desiredVersion: configuration.settings.version,
      ...statistics.toJson(clock.now()),
      totals: { ...pipeline.totals() },
      zones: pipeline.zones().map(zoneEntry),
    };
  }

  function reset(names: readonly string[] | undefined): readonly string[] {
    const { config } = configuration.settings;
    const known = new Set(config.zones.map(({ name }) => name));
    const missing = (names ?? []).filter((name) => !known.has(name));
    if (missing.length > 0) return missing;
    pipeline.configure(config, names === undefined ? known : new Set(names));
    log.info({ zones: names ?? 'all' }, 'zones were reset');
    outbox.saveCheckpoint();
    reporter.changed();
    return [];
  }

  function tickOnAndOn(): void {
    let cancel = clock.after(tickMs, function again() {
      cancel = clock.after(tickMs, again);
      tick();
    });
    endings.push(() => {
      cancel();
    });
  }

  return {
    start() {
      endings.push(
        hub.onDesired((document) => void configuration.take(document)),
        hub.onConnection((state) => {
          // What happened while nobody heard us is in the events that wait; a snapshot behind them settles all doubts.
          if (state === 'connected' && connected && pipeline.zones().length > 0) sendSnapshot('reconnect');
          connected ||= state === 'connected';
        }),
        hub.onInput('detections', ({ body }) => {
          take(body);
        }),
        health.add('outbox', () => storage.health()),
      );
      for (const [name, method] of Object.entries(methods)) hub.onMethod(name, method);
      if (mqtt !== undefined) {
        endings.push(health.add('mqtt', () => mqtt.health()));
        mqtt.start();
      }
      publish(restored.events);
      tickOnAndOn();
    },
    async stop() {
      for (const end of endings.splice(0)) end();
      await mqtt?.stop();
      intake.stop();
      const left = await outbox.stop(stopWithinMs);
      if (left > 0 && storage.durable) log.info({ left }, 'messages wait on the disk for the next start');
      else if (left > 0) log.error({ left }, 'messages were not sent before the end and are lost');
      await reporter.settle(stopWithinMs);
    },
  };
}
