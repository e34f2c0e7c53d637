/**
 * Builds the container images: `npm run images [-- --base IMAGE] [--platform P] [--module M] [--npmrc FILE]`.
 *
 * Without --platform it builds for the engine's own processor: amd64 and amd64.debug, or arm64v8. A line for each image: name, what it adds to its base, seconds.
 * Exit codes: 0 fine; 1 a build failed, or an image adds more than 5 MB; 2 usage, or no Docker to build with.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { addedBytes } from './added-bytes.ts';
import { DockerCommandError, openDockerCommand, type DockerCommand } from './docker-command.ts';
import { listImages, platforms, type ImageSpec, type Platform } from './image-list.ts';

const usage = `usage: npm run images [-- OPTIONS]
  --base IMAGE        the base of all images (an official Node 24)
  --build-base IMAGE  the base of the stage that bundles, where that can't be the same: for another processor
  --platform P        ${platforms.join(', ')} (the engine's own, and its debug image)
  --module M          artifacts, filter or stand-in (all)
  --npmrc FILE        npm's settings while building; in no layer
`;
/** What an image may add to its base. */
const maxAddedBytes = 5_000_000;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const docker = await openDockerCommand(process.env);
    const options = readOptions(docker.architecture === 'arm64' ? ['arm64v8'] : ['amd64', 'amd64.debug']);
    if (typeof options === 'string') return fail(2, options);
    let code = 0;
    for (const spec of options.images) code = Math.max(code, await build(docker, spec, options.arguments));
    return code;
  } catch (error) {
    if (error instanceof DockerCommandError) return fail(2, error.message);
    throw error;
  }
}

function fail(code: number, message: string): number {
  process.stderr.write(`images: ${message}\n`);
  return code;
}

function readOptions(
  own: readonly Platform[],
): { readonly images: readonly ImageSpec[]; readonly arguments: readonly string[] } | string {
  let values;
  try {
    const text = { type: 'string' } as const;
    const options = { base: text, 'build-base': text, platform: text, module: text, npmrc: text };
    ({ values } = parseArgs({ options }));
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${usage}`;
  }
  const { base, 'build-base': buildBase, platform, module, npmrc } = values;
  const wanted: readonly Platform[] = platform === undefined ? own : platforms.filter((known) => known === platform);
  if (wanted.length === 0) return `--platform ${platform ?? ''}: expected ${platforms.join(', ')}`;
  if (npmrc !== undefined && !existsSync(npmrc)) return `--npmrc ${npmrc}: there is no such file`;

  const all = new Map(wanted.flatMap((one) => listImages(one, process.env)).map((spec) => [spec.image, spec]));
  // The stand-in's name tells no platform: it is for the engine of this machine, so not made beside images for others.
  const images = [...all.values()].filter((spec) =>
    module === undefined ? platform === undefined || spec.target !== undefined : spec.module === module,
  );
  if (images.length === 0) return `--module ${module ?? ''}: expected artifacts, filter or stand-in`;
  return {
    images,
    arguments: [
      ...(base === undefined ? [] : ['--build-arg', `BASE=${base}`]),
      ...(buildBase === undefined ? [] : ['--build-arg', `BUILD_BASE=${buildBase}`]),
      ...(npmrc === undefined ? [] : ['--secret', `id=npmrc,src=${resolve(npmrc)}`]),
    ],
  };
}

async function build(docker: DockerCommand, spec: ImageSpec, options: readonly string[]): Promise<number> {
  const { image, dockerfile, context } = spec;
  const startedAt = performance.now();
  try {
    const target = spec.target === undefined ? [] : ['--platform', spec.target];
    const all = [...docker.buildOptions, ...target, ...spec.buildOptions, ...options];
    await docker.run(['build', '--progress', 'plain', ...all, '--file', dockerfile, '--tag', image, context]);
  } catch (error) {
    // Docker says last which step failed, and why.
    const lines = error instanceof Error ? error.message.trim().split('\n').slice(-15) : [String(error)];
    return fail(1, `${image} (${dockerfile}) can't be built:\n  ${lines.join('\n  ')}`);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const history = await docker.run(['history', '--human=false', '--no-trunc', '--format', '{{json .}}', image]);
  const lines = history.split('\n').map((line) => JSON.parse(line) as { CreatedBy: string; Size: string });
  const added = addedBytes(lines.map(({ CreatedBy, Size }) => ({ CreatedBy, Size: Number(Size) })));
  process.stdout.write(`${image}: ${(added / 1e6).toFixed(2)} MB on top of its base, ${seconds} s\n`);
  if (added <= maxAddedBytes) return 0;
  return fail(1, `${image} adds more than ${maxAddedBytes / 1e6} MB to its base`);
}
