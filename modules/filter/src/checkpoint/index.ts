export { encodeCheckpoint } from './checkpoint.ts';
export { restorePipeline, type RestoredPipeline } from './restore-pipeline.ts';
