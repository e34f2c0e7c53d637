import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { loadDeployment } from '@companion/deployment/node';

/** The platforms that module.json names. */
export const platforms = ['amd64', 'amd64.debug', 'arm64v8'] as const;
/** One of them. */
export type Platform = (typeof platforms)[number];

/** An image and what it is built from; the paths are absolute. */
export interface ImageSpec {
  readonly module: string;
  /** Name with tag. */
  readonly image: string;
  readonly dockerfile: string;
  readonly context: string;
  readonly buildOptions: readonly string[];
  /** What the image is for, in Docker's words (`linux/arm64`); undefined for one of the engine's own platform. */
  readonly target?: string;
}

interface ModuleJson {
  readonly image: {
    readonly tag: { readonly version: string; readonly platforms: Readonly<Record<string, string>> };
    readonly buildOptions?: readonly string[];
    readonly contextPath: string;
  };
}

const root = resolve(import.meta.dirname, '..');

/**
 * The images of a platform, by the names that the deployment templates give them, and last the stand-in for DeepStream,
 * beside them in the same registry. Throws a DeploymentError where a template can't be read.
 */
export function listImages(
  platform: Platform,
  environment: Readonly<Record<string, string | undefined>>,
): readonly ImageSpec[] {
  const debug = platform.endsWith('.debug');
  const { modules } = loadDeployment({
    templatePath: join(root, debug ? 'deployment.debug.template.json' : 'deployment.template.json'),
    environment,
    platform: platform.replace('.debug', ''),
  });
  const target = platform === 'arm64v8' ? 'linux/arm64' : 'linux/amd64';
  const ours = modules.flatMap(({ name, image, source }): ImageSpec[] => {
    if (source === undefined) return [];
    const { contextPath, buildOptions = [], tag } = readModuleJson(source.dir).image;
    const dockerfile = resolve(source.dir, tag.platforms[platform] ?? '');
    return [{ module: name, image, dockerfile, context: resolve(source.dir, contextPath), buildOptions, target }];
  });
  const registry = dirname(ours[0]?.image ?? '');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  const standIn = {
    module: 'stand-in',
    image: `${registry}/deepstream-companion-stand-in:${version}`,
    dockerfile: join(root, 'packages/simulator/deepstream.Dockerfile'),
    context: root,
    buildOptions: [],
  };
  return [...ours, standIn];
}

function readModuleJson(dir: string): ModuleJson {
  return JSON.parse(readFileSync(join(dir, 'module.json'), 'utf8')) as ModuleJson;
}
