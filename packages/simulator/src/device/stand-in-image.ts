import type { Deployment } from '@companion/deployment';

/**
 * The stand-in's image, which is made beside the modules' own: in the registry of the first module that is in the
 * repository, with its version and without a platform (`localhost:5000/deepstream-companion-stand-in:0.1.0`). Undefined
 * where the deployment has no such module: then DeepStream's own image has to be there.
 */
export function standInImage({ modules }: Pick<Deployment, 'modules'>): string | undefined {
  const own = modules.find(({ source }) => source !== undefined)?.image;
  if (own === undefined) return undefined;
  const slash = own.lastIndexOf('/') + 1;
  const tag = /:([^/:]+)$/.exec(own)?.[1];
  const version = tag?.replace(/-(?:amd64|arm64v8|arm32v7)(?:\.debug)?$/, '') ?? 'latest';
  return `${own.slice(0, slash)}deepstream-companion-stand-in:${version}`;
}
