export { desiredJsonSchema, zoneJsonSchemas } from './desired/desired-json-schema.ts';
export { parseDesired, saysNothing, type Desired, type DesiredOptions, type EventFormat } from './desired/desired.ts';
export { inPlainWords, mistake, mistakesOf, reportedMistake, type Mistake } from './document/mistake.ts';
export {
  cloudEventOf,
  deepStreamWords,
  eventKey,
  sensorEntry,
  zoneEntry,
  type SensorEntry,
  type ZoneEntry,
} from './events/cloud-event.ts';
export { eventMeanings } from './events/event-meanings.ts';
export { eventSchema, type FilterCloudEvent } from './events/event-schema.ts';
export { snapshotSchema, type SnapshotCloudEvent } from './events/snapshot-schema.ts';
export type { SpotTotals } from './model/spot-tally.ts';
export {
  Pipeline,
  type PipelineConfig,
  type PipelineInput,
  type PipelineState,
  type Snapshot,
  type ZoneEvent,
  type ZoneEventType,
} from './pipeline/pipeline.ts';
export { Replay, type ReplayStatistics } from './pipeline/replay.ts';
export { readSavedPipeline, type SavedPartCode, type SavedPipeline } from './pipeline/saved-pipeline.ts';
export type { SensorEvent, SensorFault } from './sensor/sensor-event.ts';
export type { AreaEvent, AreaZone } from './zones/area/index.ts';
export type { Zone, ZoneView } from './zones/kinds.ts';
export type { LineEvent, LineZone } from './zones/line/index.ts';
export type { ReportedSpotZone } from './zones/reported/index.ts';
export type { SpotEvent, SpotZone } from './zones/spot/index.ts';
