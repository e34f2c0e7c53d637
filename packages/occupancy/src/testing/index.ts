export { createRandom } from './random.ts';
export { garageRecording } from './recordings.ts';
