import { join } from 'node:path';
import { writeRecording } from '../../deepstream/recording/recording.ts';
import { makeArchive } from './archive.ts';
import type { Archive, ArchiveFiles } from './archive.ts';
import { configFiles, type DemoAppKind } from './app-kind.ts';
import { inferConfig } from './demo-configs.ts';
import { createRandom } from './random.ts';
import { makeScene } from './scene.ts';
import { drawVideo } from './video.ts';

/** One download of the demo, as the artifacts module's twin names it. */
export interface DemoArtifact extends Archive {
  readonly name: string;
  readonly kind: 'model' | 'config' | 'stream';
}

/** Big enough that a download takes a moment and shows its progress. */
const modelBytes = 4 * 1024 * 1024;

/**
 * Makes the demo's model, config and stream as `<dir>/<name>.tar.gz`. Their files lie at the archives' roots, so that
 * unpacked into `models/resnet10`, `configs/carpark` and `streams/yard` of one folder they find each other. The same
 * seed, frame rate (frames a second, by default 10) and kind of app config (a key file) make the same archives.
 */
export async function makeDemoArtifacts(options: {
  readonly dir: string;
  readonly seed: number;
  readonly fps?: number;
  readonly app?: DemoAppKind;
}): Promise<DemoArtifact[]> {
  const { dir, seed, app = 'keyfile' } = options;
  const scene = makeScene(options);
  const make = async (kind: DemoArtifact['kind'], name: string, files: ArchiveFiles): Promise<DemoArtifact> => ({
    name,
    kind,
    ...(await makeArchive(join(dir, `${name}.tar.gz`), files)),
  });
  return [
    await make('model', 'resnet10', {
      'resnet10.caffemodel': madeUpModel(seed),
      'resnet10.prototxt': '# A made-up model of the simulator: no network in here.\nname: "made-up"\n',
      'labels.txt': 'Car\nBicycle\nPerson\nRoadsign\n',
      'config_infer_primary.txt': inferConfig(),
    }),
    await make('config', 'carpark', configFiles(app)),
    await make('stream', 'yard', {
      'yard.y4m': drawVideo(scene),
      'yard.detections.jsonl': writeRecording(scene.recording),
    }),
  ];
}

/** Bytes that don't compress, as weights don't. */
function madeUpModel(seed: number): Uint8Array {
  const random = createRandom(seed);
  const bytes = Buffer.alloc(modelBytes);
  for (let at = 0; at < modelBytes; at += 4) bytes.writeUInt32LE(random.word(), at);
  bytes.write('made up by the simulator: no network in here\n', 0, 'latin1');
  return bytes;
}
