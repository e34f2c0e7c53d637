/** A text file of DeepStream's that is no config in groups of keys, so that no parser of ours reads it. */
export type ForeignKind = 'nvinferserver' | 'labels' | 'source-csv';

/** Enough to tell a kind by. */
const maxLines = 500;

/** Tells what a text is that is neither a key file nor YAML; undefined where nothing is known about it. */
export function foreignKind(text: string, path: string): ForeignKind | undefined {
  const lines = text
    .split('\n', maxLines)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const [first] = lines;
  if (first === undefined) return undefined;
  // Protobuf's text format: messages in braces, fields with a colon.
  if (/^(?:infer_config|input_control|output_control|extra)\b/.test(first) || /^\w+\s*:?\s*\{/.test(first)) {
    return 'nvinferserver';
  }
  if (/\.csv$/i.test(path) || /^(?:[\w-]+,)*(?:enable|uri)(?:,|$)/.test(first)) return 'source-csv';
  const named = /label/i.test(path.slice(path.lastIndexOf('/') + 1));
  const words = lines.every((line) => !/[=:{}[\]<>]/.test(line));
  return named || words ? 'labels' : undefined;
}

/** What such a file is, in words. */
export const foreignNames: Readonly<Record<ForeignKind, string>> = {
  nvinferserver: 'a config of nvinferserver (protobuf text)',
  labels: 'a list of labels',
  'source-csv': 'a table of sources',
};
