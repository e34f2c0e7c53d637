import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeRecording } from '../recording/recording.ts';
import type { RecordedFrame } from '../recording/recording.ts';

/** A small release on disk for tests: one model, one config, streams with recordings. */
export interface TestRelease extends AsyncDisposable {
  readonly dir: string;
  readonly config: string;
  path(name: string): string;
  write(name: string, content: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Replaces text of the app config; throws where it is not there. */
  edit(from: string | RegExp, to: string): Promise<void>;
}

const appConfig = `[application]
enable-perf-measurement=1
perf-measurement-interval-sec=1

[source0]
enable=1
type=2
uri=file://../../streams/yard/yard.y4m

[source1]
enable=0
type=2
uri=file://../../streams/gate/gate.y4m

[sink0]
enable=1
type=1

[sink1]
enable=1
type=6
msg-conv-config=msgconv.txt
msg-conv-payload-type=1
topic=detections

[streammux]
width=1920
height=1080

[primary-gie]
enable=1
batch-size=2
config-file=../../models/net/infer.txt

[tracker]
enable=1

[tests]
file-loop=0
`;

const inferConfig = `[property]
model-file=net.caffemodel
proto-file=net.prototxt
model-engine-file=net.caffemodel_b2_gpu0_fp16.engine
labelfile-path=labels.txt
network-mode=2
`;

/** Three frames, the middle one empty; a tracked car and, in the last, an untracked person. */
export const sampleFrames: readonly RecordedFrame[] = [
  { frame: 0, objects: [{ id: '7', label: 'Car', box: [10, 20, 110, 70], confidence: 0.9 }] },
  { frame: 1, objects: [] },
  {
    frame: 2,
    objects: [
      { id: '7', label: 'Car', box: [11, 20, 111, 70], confidence: 0.8 },
      { id: null, label: 'Person', box: [300, 200, 340, 300], confidence: 0.6 },
    ],
  },
];

/** A recording at 50 frames a second, which is over in no time. */
export function recordingOf(frames: readonly RecordedFrame[], frameCount = frames.length): string {
  return writeRecording({ sensor: undefined, fps: 50, width: 1920, height: 1080, frameCount, frames });
}

/** Makes the release in a new temporary folder. */
export async function makeRelease(): Promise<TestRelease> {
  const dir = await mkdtemp(join(tmpdir(), 'stand-in-'));
  const path = (name: string): string => join(dir, name);
  const write = async (name: string, content: string): Promise<void> => {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), content);
  };
  let app = appConfig;
  await write('models/net/net.caffemodel', 'weights');
  await write('models/net/net.prototxt', 'layers');
  await write('models/net/labels.txt', 'Car\nPerson\n');
  await write('models/net/infer.txt', inferConfig);
  await write('configs/park/app.txt', app);
  await write('configs/park/msgconv.txt', '[sensor0]\nenable=1\nid=Yard\n');
  await write('streams/yard/yard.y4m', 'video');
  await write('streams/yard/yard.detections.jsonl', recordingOf(sampleFrames));
  return {
    dir,
    config: path('configs/park/app.txt'),
    path,
    write,
    remove: (name) => rm(path(name)),
    edit: async (from, to) => {
      const edited = app.replace(from, to);
      if (edited === app) throw new Error(`nothing to replace: ${String(from)}`);
      app = edited;
      await write('configs/park/app.txt', app);
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
