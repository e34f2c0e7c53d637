export { encodeCheckpoint } from './checkpoint.ts';
export { restorePipeline } from './restore-pipeline.ts';
