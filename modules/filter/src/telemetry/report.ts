import { versionWentBack } from '@companion/edge';
import { clipBytes, fitReport, type JsonObject } from '@companion/foundation';
import { reportedMistake, type SpotTotals } from '@companion/occupancy';
import type { SensorCount, TwinCounts } from './twin-counters.ts';
import type { DesiredState } from '../config/desired-state.ts';

/** The 32 KB of reported properties must hold whatever a twin says, and whatever cameras are called. */
const maxListed = 30;
const maxTextBytes = 200;
/** Where that is too much all the same, as with texts full of escapes, these go, the first first; `omitted` names them. */
const expendable = ['sensors', 'sensorsNotListed', 'messages', 'events', 'spots'];

/** What the report tells beside the settings. */
export interface Activity extends TwinCounts {
  readonly spots: SpotTotals;
}

/**
 * The reported properties. `errors` is empty when the newest desired properties are in force and all they name was found;
 * `zones` is about what is in force, which `zones.desiredVersion` tells, and `zones.rejected` names what of it can't work.
 * Names are keys as `twinKey` writes them. A twin takes the report whatever is in it: it loses a part and says so, rather
 * than to be refused whole.
 */
export function reportedProperties(settings: DesiredState, activity: Activity): JsonObject {
  const { spots, messages, sensors, outbox } = activity;
  const rejected = Object.entries(settings.rejected);
  const listed = rejected.slice(0, maxListed).map(([name, reason]) => [name, clipBytes(reason, maxTextBytes)]);
  const errors = settings.mistakes
    .slice(0, maxListed)
    .map(reportedMistake)
    .map(({ field, problem }) => ({
      field: clipBytes(field, maxTextBytes),
      problem: clipBytes(problem, maxTextBytes),
    }));
  const report = {
    desiredVersion: settings.version,
    ...versionWentBack(settings.wentBackFrom),
    zones: {
      desiredVersion: settings.inForceVersion,
      ok: settings.config.zones.length,
      notListed: Math.max(rejected.length - maxListed, 0),
      rejected: Object.fromEntries(listed) as JsonObject,
    },
    spots: { occupied: spots.occupied, empty: spots.empty, unknown: spots.unknown },
    messages: { received: messages.received, parsed: messages.parsed, failed: messages.failed },
    events: activity.events,
    sensors: Object.fromEntries(sensors.slice(0, maxListed).map(reportedSensor)),
    sensorsNotListed: Math.max(sensors.length - maxListed, 0),
    outbox: reportedOutbox(outbox),
    errors,
  };
  return fitReport(report, { expendable }).properties;
}

/** What was lost or set aside is named where there is any. */
function reportedOutbox({
  depth,
  durable,
  dropped,
  setAside,
  lastSetAside,
  lostRecords,
}: Activity['outbox']): JsonObject {
  return {
    waiting: depth,
    durable,
    dropped: dropped.event + dropped.snapshot,
    setAside: setAside.event + setAside.snapshot,
    ...(lostRecords === 0 ? {} : { lostRecords }),
    ...(lastSetAside === undefined ? {} : { lastSetAside: clipBytes(lastSetAside.reason, maxTextBytes) }),
  };
}

/** Rounded, so that a steady camera does not change the report: every report is a message against the quota. */
function reportedSensor({ sensor, fps, lagMs, facts }: SensorCount): readonly [string, JsonObject] {
  const rates = { fps: Math.round(fps), lagMs: lagMs === null ? null : Math.round(lagMs / 500) * 500 };
  return [sensor, { ...rates, ...facts }];
}
