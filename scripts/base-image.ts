/**
 * Makes a base image of this machine's own Node, for machines that can't pull one:
 * `node --import tsx scripts/base-image.ts [--tag companion-base:local]`.
 *
 * In it are, as in the official images: node and npm below /usr/local, the user node (1000:1000), a shell; and what the
 * libraries, the shell (busybox) and npm's requests need. Give it to `npm run images -- --base TAG`.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';

const run = promisify(execFile);
const { values } = parseArgs({ options: { tag: { type: 'string', default: 'companion-base:local' } } });

const folder = await mkdtemp(join(tmpdir(), 'base-image-'));
try {
  await fillRoot(folder);
  await importImage(folder, values.tag);
  process.stdout.write(`${values.tag}\n`);
} catch (error) {
  process.stderr.write(`base-image: ${error instanceof Error ? error.message.trim() : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function fillRoot(root: string): Promise<void> {
  const busybox = (await run('sh', ['-c', 'command -v busybox']).catch(() => undefined))?.stdout.trim();
  if (busybox === undefined)
    throw new Error('busybox is missing: it is the shell of the image (apt-get install busybox)');

  for (const path of ['bin', 'usr/bin', 'usr/local/bin', 'usr/local/etc', 'etc/ssl/certs', 'root', 'home/node', 'tmp'])
    await mkdir(join(root, path), { recursive: true });
  // mkdtemp makes a folder that only root may enter.
  await chmod(root, 0o755);
  await chmod(join(root, 'tmp'), 0o1777);

  await copyFile(process.execPath, join(root, 'usr/local/bin/node'));
  await copyFile(busybox, join(root, 'bin/busybox'));
  const libraries = new Set([...(await librariesOf(process.execPath)), ...(await librariesOf(busybox))]);
  for (const library of libraries) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
  const applets = (await run(busybox, ['--list'])).stdout.trim().split('\n');
  for (const applet of applets.filter((name) => name !== 'busybox'))
    await symlink('busybox', join(root, 'bin', applet));
  await symlink('/bin/busybox', join(root, 'usr/bin/env'));

  const modules = (await run('npm', ['root', '--global'])).stdout.trim();
  await cp(join(modules, 'npm'), join(root, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true });
  for (const name of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name));
  }

  // Whatever stands between this machine and the registry is trusted in the image, as it is here.
  const authorities = '/etc/ssl/certs/ca-certificates.crt';
  await copyFile(authorities, join(root, authorities));
  await writeFile(join(root, 'usr/local/etc/npmrc'), `cafile=${authorities}\nupdate-notifier=false\n`);
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n');
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
}

/** Absolute paths of the shared libraries that a program is started with, its loader among them; none for a static one. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program]).catch(() => ({ stdout: '' }));
  return [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map((match) => match[1] ?? '');
}

async function importImage(root: string, tag: string): Promise<void> {
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const changes = [`ENV PATH=${path}`, `ENV NODE_VERSION=${process.versions.node}`, 'CMD ["node"]'];
  const packing = spawn('tar', ['-C', root, '--owner=0', '--group=0', '--numeric-owner', '-cf', '-', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const docker = process.env['DOCKER'] ?? 'docker';
  const importing = spawn(docker, ['import', ...changes.flatMap((change) => ['--change', change]), '-', tag], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  packing.stdout.pipe(importing.stdin);
  // An import that ended early reads no more: without this tar would wait for ever.
  for (const event of ['close', 'error'] as const) importing.once(event, () => packing.stdout.destroy());
  // Told by the exit code, and docker says itself why it stopped reading.
  importing.stdin.on('error', () => undefined);
  const done = await Promise.all([succeeds(packing, 'tar'), succeeds(importing, docker)]);
  if (done.includes(false)) throw new Error(`docker import of ${tag} failed`);
}

async function succeeds(child: ReturnType<typeof spawn>, name: string): Promise<boolean> {
  const failed = once(child, 'error').then(([error]) => {
    throw new Error(`${name} can't be run: ${String(error)}`);
  });
  const [code] = (await Promise.race([once(child, 'close'), failed])) as [unknown];
  return code === 0;
}
