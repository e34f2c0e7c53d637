import { numberedGroups, readGroup } from '../app-config/group-reader.ts';
import type { GroupReader } from '../app-config/group-reader.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import type { WriteBeside } from './companion-file.ts';
import { RecipeError } from './recipe-error.ts';
import { requireAppConfig } from './require-app-config.ts';
import { describeSensors } from './sensor-file.ts';
import { checkNumber, setNumber } from './set-number.ts';

/** Width and height in pixels. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** What has to be known so that zones keep their places. */
export interface HeartbeatOptions {
  /** Of all sources; it may stay unknown where boxes are in streammux pixels already. */
  readonly sourceSize?: FrameSize;
  /** Whether `[streammux]` takes the size of the sources where it has another; otherwise the recipe refuses. */
  readonly resize?: boolean;
  /** One message in so many frames; as the config has it where missing. */
  readonly frameInterval?: number;
}

const maxSize = 65_535;

/**
 * Lets every frame send a message, those without objects too (DeepStream 6.0 and later), so that silence means a lost
 * camera. That takes the new API, which gives boxes in streammux pixels: zones drawn in pixels of the sources fit only
 * where both have the same size. Throws a `RecipeError` before anything has changed.
 */
export function setHeartbeat(config: ConfigFile, options: HeartbeatOptions, writeBeside?: WriteBeside): void {
  requireAppConfig(config);
  const { sourceSize, resize = false, frameInterval } = options;
  if (frameInterval !== undefined) checkNumber('the frame interval', frameInterval, 1, 2 ** 31 - 1);
  if (sourceSize !== undefined) {
    checkNumber('the width of the sources', sourceSize.width, 1, maxSize);
    checkNumber('the height of the sources', sourceSize.height, 1, maxSize);
  }
  const converters = convertersOf(config);
  for (const converter of converters) {
    if ((converter.integer('msg-conv-payload-type') ?? 0) === 0) {
      const what = `[${converter.group}] msg-conv-payload-type=0 sends one message an object, and none for an empty frame`;
      throw new RecipeError('payload-without-frames', `${what}: make it 1 first (companion config message-sink)`);
    }
  }
  const size = converters.every(hasNewApi) ? undefined : sizeToSet(config, sourceSize, resize);
  const undescribed = converters.filter(
    (one) => one.text('msg-conv-config') === undefined && one.text('msg-conv-msg2p-lib') === undefined,
  );
  const beside = undescribed.length > 0 ? describeSensors(config, { newApi: true }) : undefined;
  if (beside !== undefined && writeBeside === undefined) {
    throw new RecipeError('converter-config-missing', 'such messages need a msg-conv-config: name one');
  }

  for (const { group } of converters) {
    setNumber(config, group, 'msg-conv-msg2p-new-api', 1);
    if (frameInterval !== undefined) setNumber(config, group, 'msg-conv-frame-interval', frameInterval);
  }
  if (size !== undefined) {
    setNumber(config, 'streammux', 'width', size.width);
    setNumber(config, 'streammux', 'height', size.height);
  }
  if (beside === undefined) return;
  for (const { group } of undescribed) config.set(group, 'msg-conv-config', beside.path);
  writeBeside?.(beside);
}

/** The groups that decide the form of messages: sinks that are on, or the converter that they share. */
function convertersOf(config: ConfigFile): readonly GroupReader[] {
  const sinks = numberedGroups(config, 'sink')
    .map(({ group }) => readGroup(config, group))
    .filter((sink) => sink.flag('enable') && sink.integer('type') === 6);
  if (sinks.length === 0) {
    throw new RecipeError('group-missing', 'no sink sends messages: add one first (companion config message-sink)');
  }
  const names = new Set(sinks.map((sink) => (sink.flag('disable-msgconv') ? 'message-converter' : sink.group)));
  return [...names].map((name) => readGroup(config, name));
}

function hasNewApi(converter: GroupReader): boolean {
  return converter.boolean('msg-conv-msg2p-new-api') || converter.flag('msg-conv-msg2p-new-api');
}

/** The size that streammux has to take so that boxes stay where they are; undefined where it has that. */
function sizeToSet(config: ConfigFile, source: FrameSize | undefined, resize: boolean): FrameSize | undefined {
  const streammux = readGroup(config, 'streammux');
  const mux = { width: streammux.integer('width'), height: streammux.integer('height') };
  const shown = `${mux.width ?? '?'}x${mux.height ?? '?'}`;
  if (source === undefined) {
    const what = `boxes change from pixels of the sources to those of [streammux] (${shown})`;
    throw new RecipeError('size-unknown', `${what}: say the sources' size (--source-size), or zones may move`);
  }
  if (mux.width === source.width && mux.height === source.height) return undefined;
  if (resize) return source;
  const what = `the sources have ${source.width}x${source.height}, [streammux] ${shown}, and boxes would change to that`;
  throw new RecipeError('size-differs', `${what}: let [streammux] follow (--resize), or use zones in normalized units`);
}
