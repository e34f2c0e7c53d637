import { chmod, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file, a folder or a link below a folder of the device. */
type Node =
  | { readonly path: string; readonly mode: number; readonly text: string }
  | { readonly path: string; readonly mode: number; readonly base64: string }
  | { readonly path: string; readonly folder: true }
  | { readonly path: string; readonly link: string };

/** An event as the hub had it from the older version. */
export interface SentEvent {
  readonly id: string;
  readonly type: string;
  readonly zone: string;
}

/** A device's disks as an older version left them. */
export interface Fixture {
  /** Of this repository's history. */
  readonly commit: string;
  /** The shared volume. */
  readonly volume: readonly Node[];
  /** What filter keeps. */
  readonly data: readonly Node[];
  /** What the hub has. */
  readonly sent: readonly SentEvent[];
}

/** What lies below a folder, in the order of names. Sockets are left out: they have no content. */
export async function recordTree(root: string): Promise<readonly Node[]> {
  return recordFolder(root, '');
}

async function recordFolder(root: string, folder: string): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  for (const name of (await readdir(join(root, folder))).sort()) {
    const path = join(folder, name);
    const file = join(root, path);
    const stats = await lstat(file);
    if (stats.isSymbolicLink()) nodes.push({ path, link: await readlink(file) });
    else if (stats.isDirectory()) nodes.push({ path, folder: true }, ...(await recordFolder(root, path)));
    else if (stats.isFile()) nodes.push({ path, mode: stats.mode & 0o777, ...contentOf(await readFile(file)) });
  }
  return nodes;
}

/** Makes the tree again below a folder, which is made if need be. */
export async function restoreTree(root: string, nodes: readonly Node[]): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const node of nodes) {
    const file = join(root, node.path);
    await mkdir(dirname(file), { recursive: true });
    if ('folder' in node) await mkdir(file, { recursive: true });
    else if ('link' in node) await symlink(node.link, file);
    else {
      await writeFile(file, 'text' in node ? node.text : Buffer.from(node.base64, 'base64'));
      await chmod(file, node.mode);
    }
  }
}

/** As text where it is text, so that a person can read what an older version wrote. */
function contentOf(bytes: Buffer): { readonly text: string } | { readonly base64: string } {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) && !text.includes('\0') ? { text } : { base64: bytes.toString('base64') };
}

/** In a fixture, in place of where the downloads were. */
export const placeholderBase = 'http://127.0.0.1:PORT';

/** The same tree with another address of the downloads in its texts: a part that came goes on from where it came from. */
export function withBase(nodes: readonly Node[], from: string, to: string): readonly Node[] {
  return nodes.map((node) => ('text' in node ? { ...node, text: node.text.replaceAll(from, to) } : node));
}

const folder = join(import.meta.dirname, 'fixtures');

/** Where the fixture of a commit lies. */
export function fixtureFile(commit: string): string {
  return join(folder, `${commit}.json`);
}

/** The fixtures there are. */
export async function readFixtures(): Promise<readonly Fixture[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Fixture));
}
