import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseKeyFile, type KeyFile } from '@companion/deepstream/keyfile';
import type { Release } from '../../domain/release.ts';
import type { VolumeLayout } from '../../volume/layout.ts';

/** The primary detector of a release. Paths lead through no links: DeepStream resolves them, and speaks of an engine so. */
export interface PrimaryModel {
  readonly inferConfig: string;
  readonly engine: string;
}

/** Keys of an nvinfer config that say what the engine was made of, or how; the engine itself holds the result. */
const engineKeys: ReadonlySet<string> = new Set([
  'model-engine-file',
  'onnx-file',
  'model-file',
  'proto-file',
  'uff-file',
  'tlt-encoded-model',
  'tlt-model-key',
  'int8-calib-file',
  'workspace-size',
]);

/**
 * What test5's override file needs of a release: an enabled detector of nvinfer, whose config and engine are there.
 * Undefined for any other (deepstream_config_file_parser.c:1449, 1708 of DeepStream 9.1).
 */
export async function primaryModelOf(layout: VolumeLayout, release: Release): Promise<PrimaryModel | undefined> {
  if (release.config === undefined) return undefined;
  const path = join(layout.releases, release.id, release.config);
  const app = await readKeyFile(path);
  const group = 'primary-gie';
  // Type 1 is Triton, which takes no engine this way.
  if (app?.get(group, 'enable') !== '1' || (app.get(group, 'plugin-type') ?? '0') !== '0') return undefined;
  const [config, engine] = [app.get(group, 'config-file'), app.get(group, 'model-engine-file')];
  if (config === undefined || engine === undefined || config === '' || engine === '') return undefined;
  const real = (file: string): Promise<string | undefined> =>
    realpath(resolve(dirname(path), file)).catch(() => undefined);
  const [inferConfig, enginePath] = await Promise.all([real(config), real(engine)]);
  return inferConfig === undefined || enginePath === undefined ? undefined : { inferConfig, engine: enginePath };
}

/** Whether two detectors differ in their engines alone: labels, thresholds and the like are read at DeepStream's start only. */
export async function sameBesidesEngine(from: PrimaryModel, to: PrimaryModel): Promise<boolean> {
  const [before, after] = await Promise.all([describe(from), describe(to)]);
  return before !== undefined && before === after;
}

/** An nvinfer config without what only concerns the engine, and with the labels in the place of their path. */
async function describe({ inferConfig }: PrimaryModel): Promise<string | undefined> {
  const file = await readKeyFile(inferConfig);
  if (file === undefined) return undefined;
  const values: string[] = [];
  for (const group of file.groups()) {
    for (const key of file.keys(group)) {
      if (group === 'property' && engineKeys.has(key)) continue;
      const value = file.get(group, key) ?? '';
      const labels = group === 'property' && key === 'labelfile-path';
      values.push(JSON.stringify([group, key, labels ? await textOf(resolve(dirname(inferConfig), value)) : value]));
    }
  }
  return values.sort().join('\n');
}

async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  const text = await readFile(path).catch(() => undefined);
  const parsed = text === undefined ? undefined : parseKeyFile(text);
  return parsed?.ok === true ? parsed.file : undefined;
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
