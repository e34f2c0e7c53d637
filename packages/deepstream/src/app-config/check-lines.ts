import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import { parseInteger } from './glib-value.ts';
import type { FollowedConfig } from './reference.ts';
import { referenceRule } from './reference-rule.ts';

/** Keys of nvinfer's configs and of YAML app configs that hold a whole number; key files of the app: see `checkParser`. */
const integers =
  /^(?:enable|type|num-sources|batch-size|rows|columns|width|height|gpu-id|live-source|interval|gie-unique-id|operate-on-gie-id|rtsp-port|udp-port|codec|bitrate|sync|source-id|file-loop|msg-conv-payload-type|batched-push-timeout|network-mode|tracker-width|tracker-height)$/;

const appGroups =
  /^(?:application|tiled-display|source\d+|sink\d+|streammux|(?:primary|secondary)-gie\d*|tracker|tests|osd|message-converter|property)$/;

/** Looks at every line alone: duplicates, numbers that are none, and comments that are not. */
export function* checkLines({ path, file, kind }: FollowedConfig): Generator<ConfigDiagnostic> {
  for (const { group, key, lines } of file.duplicates()) {
    const line = lines.at(-1) ?? 1;
    const all = lines.join(', ');
    if (key !== undefined) {
      yield diagnose(
        'warning',
        'duplicate-key',
        { file: path, line },
        `[${group}] ${key} is given in lines ${all}; the last one counts`,
      );
    } else {
      const effect = file.format === 'yaml' ? 'only the first one is read' : 'they are read as one group';
      yield diagnose(
        'warning',
        'duplicate-group',
        { file: path, line },
        `[${group}] is opened in lines ${all}; ${effect}`,
      );
    }
  }
  for (const group of file.groups()) {
    for (const key of file.keys(group)) {
      const value = file.get(group, key) ?? '';
      const at = { file: path, line: file.lineOf(group, key) ?? 1 };
      const checked = kind === 'nvinfer' || (kind === 'app' && file.format === 'yaml');
      const isNumber = checked && integers.test(key) && appGroups.test(group);
      if (isNumber && parseInteger(value) === undefined) {
        const stage = kind === 'app' ? 'parser' : 'plugin';
        yield diagnose('error', 'invalid-number', at, `[${group}] ${key}=${value} is not a whole number`, stage);
      } else if (file.format === 'keyfile' && value.includes(' #') && referenceRule(group, key) !== undefined) {
        yield diagnose(
          'warning',
          'inline-comment',
          at,
          `[${group}] ${key}: "#" starts no comment here, it is a part of the path`,
        );
      }
    }
  }
}
