export { parseDesired, saysNothing, type Desired, type DesiredOptions, type EventFormat } from './desired/desired.ts';
export { inPlainWords, problemsOf, type FieldProblem } from './desired/mistake.ts';
export { eventSchema, type FilterCloudEvent } from './events/event-schema.ts';
export { snapshotSchema, type SnapshotCloudEvent } from './events/snapshot-schema.ts';
export type { AreaZone, LineZone, PipelineConfig, ReportedSpotZone, SpotZone, Zone } from './model/config.ts';
export type {
  AreaEvent,
  LineEvent,
  SensorEvent,
  SpotEvent,
  SpotTotals,
  Visit,
  ZoneEvent,
  ZoneEventType,
} from './model/event.ts';
export type { SensorView, Snapshot, ZoneView } from './model/view.ts';
export { createPipeline, type Pipeline, type PipelineInput, type PipelineState } from './pipeline/pipeline.ts';
export { createReplay, type Replay, type ReplayStatistics } from './pipeline/replay.ts';
export type { Moment } from './sensor/sensor-clock.ts';
