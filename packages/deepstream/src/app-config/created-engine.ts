import { deviceOf, precisionOf } from './engine-name.ts';
import { readGroup } from './group-reader.ts';
import type { GroupReader } from './group-reader.ts';
import type { FollowedConfig, Reference } from './reference.ts';

/** An engine that a function of a custom library builds (`engine-create-func-name`). */
export interface CreatedEngine {
  /** The nvinfer config. */
  readonly config: FollowedConfig;
  readonly property: GroupReader;
  /** What `model-engine-file` leads to, of whichever config decides. */
  readonly engine: Reference | undefined;
  /**
   * Its file's name. It goes to the directory that DeepStream was started in, as `model_b…`, wherever the model is
   * (nvdsinfer_model_builder.cpp:562 of DeepStream 9.1); a link of that name is followed (:1292).
   */
  readonly name: string;
}

/** The engine that a library builds for an nvinfer config; undefined for a config without such a function. */
export function createdEngineOf(config: FollowedConfig, references: readonly Reference[]): CreatedEngine | undefined {
  const property = readGroup(config.file, 'property');
  if (property.text('engine-create-func-name') === undefined) return undefined;
  const override = overrideOf(config);
  const batch = override?.integer('batch-size') ?? property.integer('batch-size') ?? 1;
  const precision = precisionOf(property.integer('network-mode') ?? 0) ?? 'fp32';
  const name = `model_b${batch}_${deviceOf(property, override)}_${precision}.engine`;
  return { config, property, engine: engineOf(config, references), name };
}

/** The group that names an nvinfer config, whose keys go before its own. */
export function overrideOf({ namedBy }: FollowedConfig): GroupReader | undefined {
  return namedBy === undefined ? undefined : readGroup(namedBy.config.file, namedBy.group);
}

/** What `model-engine-file` leads to: what names the config goes first. */
export function engineOf(config: FollowedConfig, references: readonly Reference[]): Reference | undefined {
  const { path, namedBy } = config;
  return (
    references.find(
      ({ kind, from, group }) => kind === 'engine' && from === namedBy?.config.path && group === namedBy.group,
    ) ??
    references.find(
      ({ kind, from, group, active }) => kind === 'engine' && from === path && group === 'property' && active,
    )
  );
}
