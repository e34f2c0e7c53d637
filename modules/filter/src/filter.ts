import type { Clock, Hub, InputMessage, JsonObject, Log, MethodResult, Metrics } from '@companion/edge';
import { cloudEvent, eventMessage, eventSource } from './cloud-event.ts';
import { createIntake } from './intake.ts';
import { createOutbox } from './outbox.ts';
import type { ZoneEvent } from './pipeline/event.ts';
import { createPipeline } from './pipeline/pipeline.ts';
import { reportedProperties } from './report.ts';
import { createReporter } from '@companion/edge';
import { applyDesired, NO_SETTINGS, type Settings } from './settings.ts';
import { createStatistics } from './statistics.ts';

/** The running module, between the hub's input and its output. */
export interface Filter {
  /** Listens to the hub; call it before the hub is started, so that nothing is missed. */
  start(): void;
  /** Stops listening and gives what waits a few seconds to be sent and reported. */
  stop(): Promise<void>;
}

/** What the filter needs; `device` and `module` name it in its events. */
export interface FilterOptions {
  readonly hub: Hub;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** 0 up to 1, for back-off. */
  readonly random: () => number;
  readonly device: string;
  readonly module: string;
}

const TICK_MS = 1_000;
/** Events are rare; this many wait only if the hub is away for weeks, or a zone is drawn over a street. */
const OUTBOX_CAPACITY = 10_000;
const STOP_WITHIN_MS = 2_000;

/** Wires hub → messages → pipeline → events → hub. */
export function createFilter({ hub, log, metrics, clock, random, device, module }: FilterOptions): Filter {
  const source = eventSource(device, module);
  const statistics = createStatistics(metrics);
  const intake = createIntake({ statistics, log });
  const outbox = createOutbox({ hub, output: 'events', capacity: OUTBOX_CAPACITY, clock, random, log });
  const pipeline = createPipeline(NO_SETTINGS.config);
  let settings: Settings = NO_SETTINGS;
  const reporter = createReporter({
    hub,
    clock,
    log,
    wanted: () => reportedProperties(settings, pipeline.totals(), statistics.messages()),
  });
  const endings: (() => void)[] = [];

  function publish(events: readonly ZoneEvent[]): void {
    for (const event of events) {
      statistics.event(event.type);
      outbox.add(eventMessage(cloudEvent(event, source)));
      log.info({ zone: event.zone, sensor: event.sensor, state: event.state, previous: event.previous }, event.type);
    }
    if (events.length > 0) reporter.changed();
  }

  /** Must be quick and must not throw: the hub gives the next message only after this one. */
  function onMessage({ body }: InputMessage): void {
    try {
      for (const frame of intake.read(body)) {
        statistics.frame(frame.sensor, frame.detections.length);
        publish(pipeline.step({ type: 'frame', frame, receivedMs: clock.now() }));
      }
    } catch (error) {
      intake.failed(error);
    }
  }

  function tick(): void {
    // Without a hub no message can come, and silence says nothing.
    if (hub.connection === 'connected') publish(pipeline.step({ type: 'tick', nowMs: clock.now() }));
    statistics.outbox(outbox.stats());
    reporter.tick();
  }

  function stats(): MethodResult {
    statistics.outbox(outbox.stats());
    const zones = pipeline.zones().map(({ since, ...zone }) => ({
      ...zone,
      since: since && new Date(since.ms).toISOString(),
      clock: since?.clock ?? null,
    }));
    const payload: JsonObject = {
      desiredVersion: settings.version,
      ...statistics.toJson(),
      totals: { ...pipeline.totals() },
      zones,
    };
    return { status: 200, payload };
  }

  function tickOnAndOn(): void {
    let cancel = clock.after(TICK_MS, function again() {
      cancel = clock.after(TICK_MS, again);
      tick();
    });
    endings.push(() => {
      cancel();
    });
  }

  return {
    start() {
      endings.push(
        hub.onDesired((document) => {
          settings = applyDesired(settings, document);
          pipeline.configure(settings.config);
          const rejected = Object.keys(settings.rejected).length;
          const { problems } = settings;
          log.info(
            { version: settings.version, zones: settings.config.zones.length, rejected, problems },
            'zones taken',
          );
          reporter.changed();
        }),
        hub.onInput('detections', onMessage),
      );
      hub.onMethod('stats', stats);
      tickOnAndOn();
    },
    async stop() {
      for (const end of endings.splice(0)) end();
      const left = await outbox.stop(STOP_WITHIN_MS);
      if (left > 0) log.error({ left }, 'events were not sent before the end and are lost');
      await reporter.settle(STOP_WITHIN_MS);
    },
  };
}
