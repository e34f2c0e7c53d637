import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseJsonText } from '@companion/foundation/json-text';
import * as z from 'zod';
import type { ModuleSource } from '../manifest/deployment.ts';
import { expandTemplate, platformKey, type ImagePlaceholder } from '../template/template.ts';

/** What a placeholder stands for, or why that can't be told. */
export type ModuleImage =
  | { readonly ok: true; readonly image: string; readonly source: ModuleSource }
  | { readonly ok: false; readonly code: 'MODULE_JSON' | 'PLACEHOLDER_UNKNOWN'; readonly reason: string };

/** Where module.json files lie, and what is filled into them. */
export interface ModuleImagesOptions {
  readonly baseDir: string;
  readonly platform: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

const shape = z.looseObject({
  image: z.looseObject({
    repository: z.string().min(1),
    tag: z.looseObject({ version: z.string().min(1), platforms: z.record(z.string(), z.string()) }),
  }),
});

/** Resolves image placeholders from the module.json files below `baseDir`: repository:version-platform. */
export class ModuleImages {
  readonly #options: ModuleImagesOptions;

  constructor(options: ModuleImagesOptions) {
    this.#options = options;
  }

  resolve({ text, dir, variant }: ImagePlaceholder): ModuleImage {
    const { baseDir, platform, variables } = this.#options;
    const moduleDir = resolve(baseDir, dir);
    const file = join(moduleDir, 'module.json');
    const refuse = (reason: string) => ({ ok: false, code: 'MODULE_JSON', reason: `${text}: ${reason}` }) as const;
    let content: string;
    try {
      content = readFileSync(file, 'utf8');
    } catch {
      return { ok: false, code: 'PLACEHOLDER_UNKNOWN', reason: `${text}: ${file} can't be read` };
    }
    const parsed = parseJsonText(content);
    if (!parsed.ok) return refuse(`${file}:${parsed.error.line}:${parsed.error.column}: ${parsed.error.reason}`);
    const { value, problems } = expandTemplate(parsed.value, { variables, images: new Map() });
    const [problem] = problems;
    if (problem !== undefined) return refuse(`${file}: ${problem.message}`);
    const manifest = shape.safeParse(value);
    if (!manifest.success) return refuse(`${file}: ${z.prettifyError(manifest.error).replaceAll('\n', ' ')}`);
    const { repository, tag } = manifest.data.image;
    const key = platformKey(variant, platform);
    if (!Object.hasOwn(tag.platforms, key)) {
      return refuse(`${file} has no platform ${key}, only ${Object.keys(tag.platforms).join(', ')}`);
    }
    return {
      ok: true,
      image: `${repository}:${tag.version}-${key}`,
      source: { dir: moduleDir, debug: key.endsWith('.debug') },
    };
  }
}
