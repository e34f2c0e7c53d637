export { parseDesired, type Desired, type FieldProblem } from './desired.ts';
export { cloudEvent, eventMessage, eventSource } from './cloud-event.ts';
export { eventSchema, type ParkingCloudEvent } from './event-schema.ts';
export type { PipelineConfig, SpotZone, Zone } from './pipeline/config.ts';
export type { SpotTotals, ZoneEvent, ZoneEventType } from './pipeline/event.ts';
export {
  createPipeline,
  type Pipeline,
  type PipelineInput,
  type PipelineState,
  type ZoneView,
} from './pipeline/pipeline.ts';
