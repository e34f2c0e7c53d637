import { versionWentBack } from '@companion/edge';
import type { JsonObject } from '@companion/foundation';
import type { SensorRate } from './sensor-rates.ts';
import { reportedMistake, type SpotTotals } from '@companion/occupancy';
import type { TwinCounts } from './twin-counters.ts';
import type { DesiredState } from '../config/desired-state.ts';

/** The 32 KB of reported properties must hold whatever a twin says. */
const maxListed = 30;
const maxText = 200;

/** What the report tells beside the settings. */
export interface Activity extends TwinCounts {
  readonly spots: SpotTotals;
}

/**
 * The reported properties. `errors` is empty when the newest desired properties are in force and all they name was found;
 * `zones` is about what is in force, which `zones.desiredVersion` tells, and `zones.rejected` names what of it can't work.
 */
export function reportedProperties(settings: DesiredState, activity: Activity): JsonObject {
  const { spots, messages, sensors, outbox } = activity;
  const rejected = Object.entries(settings.rejected);
  const listed = rejected.slice(0, maxListed).map(([name, reason]) => [reportedKey(name), reason.slice(0, maxText)]);
  const errors = settings.mistakes
    .slice(0, maxListed)
    .map(reportedMistake)
    .map(({ field, problem }) => ({ field: field.slice(0, maxText), problem: problem.slice(0, maxText) }));
  return {
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
    outbox: { waiting: outbox.depth, durable: outbox.durable },
    errors,
  };
}

/** Rounded, so that a steady camera does not change the report: every report is a message against the quota. */
function reportedSensor({ sensor, fps, lagMs }: SensorRate): readonly [string, JsonObject] {
  return [reportedKey(sensor), { fps: Math.round(fps), lagMs: lagMs === null ? null : Math.round(lagMs / 500) * 500 }];
}

/** edgeHub allows less in reported keys than in desired ones; one bad key would lose the whole report. */
function reportedKey(name: string): string {
  return name.replace(/[.$#\s\u0000-\u001f]/g, '_').slice(0, maxText) || '_';
}
