import { Reporter, type Health, type Hub, type Log, type Metrics } from '@companion/edge';
import type { Clock, JsonObject } from '@companion/foundation';
import type { Frame, StreamFault } from '@companion/deepstream/message';
import { zoneEntry, type Pipeline, type ZoneEvent } from '@companion/occupancy';
import { encodeCheckpoint, restorePipeline, type RestoredPipeline } from './checkpoint/index.ts';
import { Configuration } from './config/configuration.ts';
import { Intake, Watch } from './intake/index.ts';
import { cloudEvent, eventMessage, eventSource } from './messages/cloud-event.ts';
import { nvidiaMessage } from './messages/nvidia-message.ts';
import { snapshotEvents, snapshotMessage, type SnapshotReason } from './messages/snapshot-message.ts';
import { MqttInput, type MqttSettings } from './mqtt-input/index.ts';
import { Outbox, type Storage } from './outbox/index.ts';
import { Interval } from './telemetry/interval.ts';
import { createMethods } from './telemetry/methods.ts';
import { reportedProperties } from './telemetry/report.ts';
import { SensorFacts, sensorFactJson } from './telemetry/sensor-facts.ts';
import { Statistics } from './telemetry/statistics.ts';
import { TwinCounters, type SensorCount } from './telemetry/twin-counters.ts';

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

/** The running module, between the hub's input and its output: hub and broker → messages → pipeline → events → outbox → hub. */
export class Filter {
  readonly #hub: Hub;
  readonly #log: Log;
  readonly #health: Health;
  readonly #clock: Clock;
  readonly #storage: Storage;
  /** CloudEvents' source. */
  readonly #source: string;
  /** What an earlier process left. */
  readonly #restored: RestoredPipeline;
  readonly #pipeline: Pipeline;
  readonly #statistics: Statistics;
  readonly #facts = new SensorFacts();
  readonly #watch = new Watch();
  readonly #intake: Intake;
  /** The broker beside the hub's input; undefined where there is none. */
  readonly #mqtt: MqttInput | undefined;
  readonly #configuration: Configuration;
  readonly #outbox: Outbox;
  readonly #reporter: Reporter;
  readonly #checkpointInterval: Interval;
  readonly #zonesFileInterval: Interval;
  readonly #snapshotInterval: Interval;
  /** What stop undoes. */
  readonly #endings: (() => void)[] = [];
  /** Whether the hub has ever been connected. */
  #wasConnected = false;

  constructor(options: FilterOptions) {
    const { hub, log, clock, random, storage } = options;
    const nowMs = clock.now();
    this.#hub = hub;
    this.#log = log;
    this.#health = options.health;
    this.#clock = clock;
    this.#storage = storage;
    this.#source = eventSource(options.device, options.module);
    this.#restored = restorePipeline(storage.remembered.checkpoint, nowMs, log);
    this.#pipeline = this.#restored.pipeline;
    this.#statistics = new Statistics(options.metrics);
    this.#intake = new Intake({
      statistics: this.#statistics,
      log,
      clock,
      onFrame: (frame) => this.#onFrame(frame),
      onFault: (fault) => this.#onFault(fault),
    });
    this.#mqtt =
      options.mqtt &&
      new MqttInput({
        settings: options.mqtt,
        clock,
        random,
        log,
        onMessage: (body) => this.#take(body),
        onLarge: (message) => this.#intake.refuse(message),
      });
    this.#configuration = new Configuration({
      initial: this.#restored.settings,
      root: options.artifactsRoot,
      log,
      onChange: () => this.#reconfigure(),
    });
    const checkpoint = (): JsonObject => this.#checkpoint();
    this.#outbox = new Outbox({ hub, storage, capacity: outboxCapacity, checkpoint, clock, random, log });
    this.#reporter = new Reporter({ hub, clock, log, wanted: this.#reported(nowMs) });
    this.#checkpointInterval = new Interval(nowMs, () => checkpointEveryMs);
    this.#zonesFileInterval = new Interval(nowMs, () => zonesFileEveryMs);
    this.#snapshotInterval = new Interval(nowMs, () => this.#configuration.settings.options.snapshotEveryMs);
  }

  /** Listens to the hub and the broker; call it before the hub is started, so that nothing is missed. */
  start(): void {
    const [hub, mqtt] = [this.#hub, this.#mqtt];
    this.#outbox.start();
    this.#endings.push(
      hub.onDesired((document) => void this.#configuration.take(document)),
      hub.onConnection((state) => {
        const again = state === 'connected' && this.#wasConnected;
        // What happened while nobody heard us is in the events that wait; a snapshot behind them settles all doubts.
        if (again && this.#pipeline.zones().length > 0) this.#sendSnapshot('reconnect');
        this.#wasConnected ||= state === 'connected';
      }),
      hub.onInput('detections', ({ body }) => this.#take(body)),
      this.#health.add('outbox', () => this.#storage.health()),
    );
    const methods = createMethods({
      stats: () => this.#stats(),
      reset: (zones) => this.#reset(zones),
      snapshot: () => this.#sendSnapshot('method'),
    });
    for (const [name, method] of Object.entries(methods)) hub.onMethod(name, method);
    if (mqtt !== undefined) {
      this.#endings.push(this.#health.add('mqtt', () => mqtt.health()));
      mqtt.start();
    }
    this.#publish(this.#restored.events);
    this.#tickOnAndOn();
  }

  /** Stops listening, gives what waits a few seconds to be sent and reported, and writes the last checkpoint. */
  async stop(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    await this.#mqtt?.stop();
    this.#intake.stop();
    const left = await this.#outbox.stop(stopWithinMs);
    if (left > 0 && this.#storage.durable) this.#log.info({ left }, 'messages wait on the disk for the next start');
    else if (left > 0) this.#log.error({ left }, 'messages were not sent before the end and are lost');
    await this.#reporter.settle(stopWithinMs);
  }

  /** Must be quick and must not throw: the hub gives the next message only after this one. */
  #take(body: Uint8Array): void {
    this.#watch.hear();
    this.#intake.take(body);
  }

  #onFrame(frame: Frame): void {
    const receivedMs = this.#clock.now();
    this.#statistics.frame(frame, receivedMs);
    this.#facts.frame(frame);
    this.#publish(this.#pipeline.step({ type: 'frame', frame, receivedMs }));
  }

  /** DeepStream's own word of a stream in trouble: it stays with the sensor until its next frame. */
  #onFault(fault: StreamFault): void {
    const { sensor, severity, source, text } = fault;
    if (this.#facts.fault(fault))
      this.#log.warn({ sensor, severity, source, fault: text }, 'DeepStream reports a fault');
    if (sensor === null) return;
    this.#publish(this.#pipeline.step({ type: 'fault', sensor, fault: { critical: severity === 'critical', text } }));
    this.#reporter.changed();
  }

  /** In the same turn as the pipeline's step: a checkpoint must know of exactly the events that are written with it. */
  #publish(events: readonly ZoneEvent[]): void {
    const nvidia = this.#configuration.settings.options.format === 'nvidia';
    for (const event of events) {
      const { type, zone, sensor, state, previous } = event;
      this.#statistics.event(type);
      const message = nvidia ? nvidiaMessage(event, this.#source) : eventMessage(cloudEvent(event, this.#source));
      if (message !== null) this.#outbox.add('event', 'events', message);
      this.#log.info({ zone, sensor, state, previous }, type);
    }
    if (events.length > 0) this.#reporter.changed();
  }

  #sendSnapshot(reason: SnapshotReason): number {
    const parts = snapshotEvents(this.#pipeline.snapshot(this.#clock.now()), { source: this.#source, reason });
    for (const part of parts) this.#outbox.add('snapshot', 'snapshots', snapshotMessage(part));
    return parts.length;
  }

  #reconfigure(): void {
    this.#pipeline.configure(this.#configuration.settings.config);
    this.#outbox.saveCheckpoint();
    this.#reporter.changed();
  }

  #tickOnAndOn(): void {
    let cancel = this.#clock.after(tickMs, () => again());
    const again = (): void => {
      cancel = this.#clock.after(tickMs, () => again());
      this.#tick();
    };
    this.#endings.push(() => cancel());
  }

  #tick(): void {
    const nowMs = this.#clock.now();
    const connected = this.#mqtt?.connected ?? this.#hub.connection === 'connected';
    // While messages wait to be read, none is missing.
    if (this.#watch.listening({ connected, nowMs }) && this.#intake.waiting === 0) {
      this.#publish(this.#pipeline.step({ type: 'tick', nowMs }));
    }
    if (this.#checkpointInterval.isDue(nowMs)) this.#outbox.saveCheckpoint();
    if (this.#zonesFileInterval.isDue(nowMs)) void this.#configuration.readAgain();
    // Before the first twin there is nothing to tell.
    if (this.#snapshotInterval.isDue(nowMs) && this.#pipeline.zones().length > 0) this.#sendSnapshot('period');
    this.#statistics.outbox(this.#outbox.stats());
    this.#reporter.tick();
  }

  #checkpoint(): JsonObject {
    return encodeCheckpoint({
      takenMs: this.#clock.now(),
      settings: this.#configuration.settings,
      state: this.#pipeline.state(),
      stampsMs: { ...this.#restored.stampsMs, ...this.#statistics.stampsMs() },
    });
  }

  /** What the twin is to show, whenever it is asked. */
  #reported(startMs: number): () => JsonObject {
    const counters = new TwinCounters(startMs, (nowMs) => ({
      messages: this.#statistics.messages(),
      events: this.#statistics.events(),
      sensors: this.#sensors(nowMs),
      outbox: this.#outbox.stats(),
    }));
    return () => {
      const settings = { ...this.#configuration.settings, mistakes: this.#configuration.mistakes };
      return reportedProperties(settings, { spots: this.#pipeline.totals(), ...counters.at(this.#clock.now()) });
    };
  }

  /** The sensors that send, the most busy first, and those that DeepStream says are in trouble. */
  #sensors(nowMs: number): readonly SensorCount[] {
    const rates = this.#statistics.sensors(nowMs);
    const sent = new Set(rates.map(({ sensor }) => sensor));
    const faulty = this.#facts.faulty().filter((sensor) => !sent.has(sensor));
    const silent = faulty.map((sensor) => ({ sensor, frames: 0, fps: 0, lagMs: null }));
    const views = new Map(this.#pipeline.sensors(nowMs).map((view) => [view.sensor, view]));
    const { config } = this.#configuration.settings;
    return [...rates, ...silent].map((rate): SensorCount => {
      const { emptyFrames = false, frameMs = 0 } = views.get(rate.sensor) ?? {};
      const known = { emptyFrames, frameMs, config };
      return { ...rate, facts: sensorFactJson(rate.sensor, this.#facts.of(rate.sensor), known) };
    });
  }

  #stats(): JsonObject {
    const nowMs = this.#clock.now();
    this.#statistics.outbox(this.#outbox.stats());
    return {
      desiredVersion: this.#configuration.settings.version,
      ...this.#statistics.toJson(nowMs),
      sensors: this.#sensors(nowMs).map(({ facts, ...rate }) => ({ ...rate, ...facts })),
      totals: { ...this.#pipeline.totals() },
      zones: this.#pipeline.zones().map(zoneEntry),
    };
  }

  /** Forgets the state of these zones, or of all; returns the names that there are no zones of, and then has done nothing. */
  #reset(names: readonly string[] | undefined): readonly string[] {
    const { config } = this.#configuration.settings;
    const known = new Set(config.zones.map(({ name }) => name));
    const missing = (names ?? []).filter((name) => !known.has(name));
    if (missing.length > 0) return missing;
    this.#pipeline.configure(config, names === undefined ? known : new Set(names));
    this.#log.info({ zones: names ?? 'all' }, 'zones were reset');
    this.#outbox.saveCheckpoint();
    this.#reporter.changed();
    return [];
  }
}
