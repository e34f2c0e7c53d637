import type { JsonLimits } from '@companion/foundation';

/**
 * What one message may have, whichever way it came. edgeHub brings at most 256 KiB; a plain broker up to 256 MiB. The
 * largest frames of real pipelines, some hundred objects with masks or embeddings, stay far below.
 */
export const messageLimits: JsonLimits & { readonly bytes: number } = {
  bytes: 1024 * 1024,
  depth: 64,
  values: 100_000,
};
