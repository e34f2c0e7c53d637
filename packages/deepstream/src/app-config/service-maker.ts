import { readYamlTree } from '../config-file/index.ts';
import type { YamlTree } from '../config-file/index.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import type { ReferenceRule } from './reference-rule.ts';
import { followed, one } from './reference-rule.ts';

/** A property of a pipeline's node whose value is a path. */
export interface PipelineFile {
  readonly node: string;
  readonly key: string;
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
  readonly rule: ReferenceRule;
}

/** Properties by the elements that have them; The last row is any element's. */
const rules: readonly (readonly [type: RegExp, keys: Readonly<Record<string, ReferenceRule>>])[] = [
  [/^nvinfer(?:bin)?$/, { 'config-file-path': followed }],
  [/^nvmsgconv$/, { config: followed }],
  [/^nvmsgbroker$/, { config: one('config') }],
  [/^(?:file|multifile)src$/, { location: one('stream') }],
  [
    /^/,
    {
      'config-file-path': one('config'),
      'config-file': one('config'),
      'll-config-file': followed,
      'postprocesslib-config-file': one('config'),
      'model-engine-file': one('engine'),
      'll-lib-file': one('library'),
      'proto-lib': one('library'),
      'msg2p-lib': one('library'),
      'postprocesslib-name': one('library'),
      uri: one('stream'),
      'uri-list': { kind: 'stream', list: true, follow: false },
    },
  ],
];

/** Whether a config is a Service Maker pipeline: `deepstream:` with `nodes:` and `edges:`. */
export function isPipeline(file: ConfigFile): boolean {
  return file.format === 'yaml' && file.keys('deepstream').includes('nodes');
}

/** The files that the nodes of a Service Maker pipeline name. */
export function pipelineFiles(text: string): readonly PipelineFile[] {
  const tree = readYamlTree(text);
  const nodes = memberOf(memberOf(tree, 'deepstream'), 'nodes')?.items ?? [];
  return nodes.flatMap((node) => {
    const type = memberOf(node, 'type')?.text ?? '';
    const name = memberOf(node, 'name')?.text ?? '';
    return (memberOf(node, 'properties')?.members ?? []).flatMap(({ key, line, value: { text: value } }) => {
      const rule = ruleOf(type, key);
      if (value === undefined || rule === undefined) return [];
      const values = rule.list ? value.split(',') : [value];
      return values.map((each) => ({ node: name, key, value: each.trim(), line, rule }));
    });
  });
}

function ruleOf(type: string, key: string): ReferenceRule | undefined {
  for (const [types, keys] of rules) if (types.test(type) && Object.hasOwn(keys, key)) return keys[key];
  return undefined;
}

function memberOf(tree: YamlTree | undefined, key: string): YamlTree | undefined {
  return tree?.members.find((member) => member.key === key)?.value;
}
