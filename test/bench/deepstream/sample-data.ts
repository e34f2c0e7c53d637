import type { Frame } from '@companion/deepstream/message';

/** A street at 1080p: as many frames as asked for, cars that move from one to the next, always the same ones. */
export function sampleFrames(count: number, objectsEach: number): readonly Omit<Frame, 'schema'>[] {
  const random = createRandom(20_001);
  return Array.from({ length: count }, (_, frame) => ({
    sensor: `camera-${frame % 8}`,
    timeMs: 1_700_000_000_000 + frame * 33,
    frameNumber: String(frame),
    detections: Array.from({ length: objectsEach }, (_unused, object) => {
      const [left, top] = [random() * 1800, random() * 1000];
      return {
        trackId: String(1000 + object),
        label: ['Car', 'Person', 'Bicycle', 'Roadsign'][object % 4] ?? 'Car',
        box: { left, top, right: left + 20 + random() * 100, bottom: top + 20 + random() * 60 },
        confidence: random(),
        eventType: 'entry',
      };
    }),
  }));
}

/** A key file of about that many bytes, in the shape of DeepStream's: sources with their keys, comments and blank lines. */
export function sampleKeyFile(bytes: number): string {
  const blocks: string[] = [];
  for (let size = 0, i = 0; size < bytes; i += 1) {
    const block = `[source${i}]
enable=1
#Type - 1=CameraV4L2 2=URI 3=MultiURI 4=RTSP
type=4
uri=rtsp://user:secret@10.0.${i >> 8}.${i & 255}:554/stream1?channel=1
num-sources=1
gpu-id=0
nvbuf-memory-type = 0
border-color=1;0;0;1
# smart record specific fields
smart-record=2

`;
    blocks.push(block);
    size += block.length;
  }
  return blocks.join('');
}

/** Marsaglia's xorshift32: numbers in [0, 1) that are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
