import { open, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import {
  contentHeadBytes,
  contentKindOf,
  isUnpacked,
  parseDesired,
  reportedFinding,
  type ArtifactKind,
} from '@companion/artifacts';
import { formatBytes } from '@companion/foundation';
import { CliError } from '../command/cli-error.ts';
import { defineCommand } from '../command/command.ts';
import { messageOf } from '../files/output.ts';
import { listEntries, writeTarball, type TarballEntry } from '../files/tarball.ts';

const kinds = ['model', 'config', 'stream'] as const;

/** `companion pack`. */
export const command = defineCommand({
  operands: 'FILE|DIR',
  notes: `Writes a tar.gz whose bytes depend on names and contents alone (with one version of Node), so that packing again
changes no digest. Links, devices and names that devices refuse are refused here. The fragment for the twin goes to
stdout; upload the archive to the URL yourself. Exit codes: 0 done, 2 it could not be packed.`,
  examples: [
    'companion pack ./resnet10 --url https://files.example/models/',
    'companion pack app.txt --kind config --name app --url https://files.example/app.tar.gz',
  ],
  options: {
    url: {
      type: 'text',
      value: 'URL',
      required: true,
      help: "where devices will find it; the archive's name is added to one that ends in /",
    },
    kind: { type: 'text', value: 'KIND', choices: kinds, help: 'told from the contents without it' },
    name: { type: 'text', value: 'NAME', help: "the artifact's name; made of the operand without it" },
    out: { type: 'text', value: 'FILE', help: 'the archive; NAME.tar.gz here without it' },
  },
  run: async ({ operands: [path], options }, terminal) => {
    const { kind: asked } = options;
    const name = options.name ?? nameOf(path);
    const out = options.out ?? `${name}.tar.gz`;
    const url = options.url.endsWith('/') ? `${options.url}${encodeURIComponent(basename(out))}` : options.url;
    checkFragment({ [name]: { kind: asked ?? 'model', url, sha256: '0'.repeat(64) } });
    await refuseOutInside(path, out);
    const entries = await listEntries(path).catch((cause: unknown) => {
      if (cause instanceof CliError) throw cause;
      throw new CliError('not-readable', `companion: ${path}: ${messageOf(cause)}`, { cause });
    });
    await refuseUseless(path, entries);
    const kind = asked ?? kindOf(entries);
    const { sha256, sizeBytes } = await writeTarball(entries, out);
    terminal.out(`${JSON.stringify({ artifacts: { [name]: { kind, url, sha256, sizeBytes } } }, null, 2)}\n`);
    terminal.err(
      `${out}: ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}, ${formatBytes(sizeBytes)}\n`,
    );
    return 0;
  },
});

function nameOf(path: string): string {
  const base = basename(resolve(path));
  return base.slice(0, base.length - extname(base).length || undefined).replace(/[^A-Za-z0-9_-]+/g, '-');
}

/** The module itself says what it would not take. */
function checkFragment(artifacts: Readonly<Record<string, object>>): void {
  const parsed = parseDesired({ artifacts });
  if (parsed.kind !== 'invalid') return;
  const lines = parsed.findings.map(reportedFinding).map(({ path, message }) => `companion pack: ${path}: ${message}`);
  throw new CliError('usage', lines.join('\n'));
}

/** An archive inside what it packs would be in the next one. */
async function refuseOutInside(path: string, out: string): Promise<void> {
  const [from, to] = await Promise.all([realpath(path), realpath(dirname(resolve(out)))]).catch((cause: unknown) => {
    throw new CliError('not-found', `companion: ${messageOf(cause)}`, { cause });
  });
  const way = relative(from, join(to, basename(out)));
  if (way === '' || !(way === '..' || way.startsWith(`..${sep}`))) {
    throw new CliError('usage', `companion pack: ${out} is inside ${path}: give another --out`);
  }
}

async function refuseUseless(path: string, entries: readonly TarballEntry[]): Promise<void> {
  if (entries.length === 0) throw new CliError('not-a-file', `companion: ${path}: an empty directory`);
  const [only] = entries;
  if (entries.length > 1 || only === undefined || only.name.endsWith('/')) return;
  const file = await open(only.path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(contentHeadBytes), 0, contentHeadBytes, 0);
    const kind = contentKindOf(buffer.subarray(0, bytesRead));
    if (!isUnpacked(kind)) return;
    throw new CliError(
      'not-a-file',
      `companion: ${only.path}: is a ${kind} already; devices unpack it as it is, and one more around it they would not`,
    );
  } finally {
    await file.close();
  }
}

const endings: readonly (readonly [ArtifactKind, RegExp])[] = [
  ['model', /\.(?:onnx|caffemodel|prototxt|etlt|uff|engine|plan|weights|tlt|trt|pb)$/i],
  ['stream', /\.(?:mp4|mkv|mov|avi|h264|h265|264|265|ts|mjpeg|jpg|jpeg)$/i],
  ['config', /\.(?:txt|ya?ml|cfg|conf|ini|csv)$/i],
];

/** Models and streams come with text files, too: those decide only where there is nothing else. */
function kindOf(entries: readonly TarballEntry[]): ArtifactKind {
  const found = endings.filter(([, ending]) => entries.some(({ name }) => ending.test(name))).map(([kind]) => kind);
  const [first, second] = found;
  if (first === undefined || (first === 'model' && second === 'stream')) {
    throw new CliError('usage', 'companion pack: the contents tell no kind: give --kind model, config or stream');
  }
  return first;
}
