import type { JsonPath, JsonValue } from '@companion/foundation';
import { errorAt, type DeploymentDiagnostic } from '../diagnostic/deployment-diagnostic.ts';

/**
 * An image placeholder of a deployment template: `${MODULES.filter}`, `${MODULES.filter.debug}`,
 * `${MODULES.filter.arm64v8}`, `${MODULEDIR<../elsewhere>}` and `${MODULEDIR<../elsewhere>.debug}`.
 */
export interface ImagePlaceholder {
  /** As it stands in the template. */
  readonly text: string;
  /** The module's folder, relative to the template. */
  readonly dir: string;
  /** What follows the name: `debug`, a platform of module.json, or undefined for the default platform. */
  readonly variant: string | undefined;
}

/** A placeholder that nothing is known for. */
export type TemplateDiagnostic = DeploymentDiagnostic<'VARIABLE_MISSING' | 'PLACEHOLDER_UNKNOWN'>;

/** What placeholders stand for. */
export interface TemplateValues {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** From a placeholder's text to the image's name. */
  readonly images: ReadonlyMap<string, string>;
}

const imagePattern = /\$\{(?:MODULES\.([^.}<>/\\]+)(?:\.([^}]+))?|MODULEDIR<([^>]+)>(?:\.([^}]+))?)\}/g;
const variable = /\$\{([^}]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g;
/** The tools never take these for variables. */
const reserved: ReadonlySet<string> = new Set(['edgeAgent', 'edgeHub', 'upstream']);

/** The image placeholders in a string, in order. */
export function imagePlaceholders(text: string): readonly ImagePlaceholder[] {
  return [...text.matchAll(imagePattern)].map((match) => {
    const [whole, name, nameVariant, dir, dirVariant] = match;
    return { text: whole, dir: dir ?? `modules/${name ?? ''}`, variant: nameVariant ?? dirVariant };
  });
}

/** The key in module.json's `platforms` that a placeholder names, `platform` being the one the deployment is made for. */
export function platformKey(variant: string | undefined, platform: string): string {
  if (variant === undefined) return platform;
  return variant === 'debug' ? `${platform}.debug` : variant;
}

/**
 * Fills in every string of a template: image placeholders, then `${NAME}` and `$NAME` from the variables, as the IoT Edge
 * tools do. A `${NAME}` without a value is a problem. So is a `$NAME`, except in routes and createOptions: there the route
 * language and the shell have a `$` of their own, and what is no variable stays as it is. Keys are never touched.
 */
export function expandTemplate(
  template: JsonValue,
  values: TemplateValues,
): { readonly value: JsonValue; readonly problems: readonly TemplateDiagnostic[] } {
  const problems: TemplateDiagnostic[] = [];
  const visit = (value: JsonValue, path: JsonPath): JsonValue => {
    if (typeof value === 'string') return expandText(value, path, values, problems);
    if (isArray(value)) return value.map((item, index) => visit(item, [...path, index]));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]));
  };
  return { value: visit(template, []), problems };
}

/** Calls with every string of a document and its path. */
export function eachString(value: JsonValue, call: (text: string, path: JsonPath) => void, path: JsonPath = []): void {
  if (typeof value === 'string') call(value, path);
  else if (isArray(value)) value.forEach((item, index) => eachString(item, call, [...path, index]));
  else if (value !== null && typeof value === 'object')
    for (const [key, item] of Object.entries(value)) eachString(item, call, [...path, key]);
}

function expandText(text: string, path: JsonPath, values: TemplateValues, problems: TemplateDiagnostic[]): string {
  const withImages = text.replace(imagePattern, (placeholder) => values.images.get(placeholder) ?? placeholder);
  return withImages.replace(variable, (whole, braced: string | undefined, bare: string | undefined) => {
    if (bare !== undefined && reserved.has(bare)) return whole;
    const name = braced ?? bare ?? '';
    // An image placeholder that is still here could not be resolved; whoever looked for its module.json has said why.
    if (/^MODULES\.[^.]|^MODULEDIR<[^>]/.test(name)) return whole;
    const value = Object.hasOwn(values.variables, name) ? values.variables[name] : undefined;
    if (value !== undefined) return value;
    if (bare !== undefined && path.some((step) => typeof step === 'string' && dollarHasAnotherMeaning(step)))
      return whole;
    const problem = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
      ? errorAt('VARIABLE_MISSING', path, `the variable ${name} is set neither in the environment nor in the .env file`)
      : errorAt('PLACEHOLDER_UNKNOWN', path, `${whole} is neither a variable nor a module's image`);
    problems.push(problem);
    return whole;
  });
}

function dollarHasAnotherMeaning(step: string): boolean {
  return /^(?:properties\.desired\.)?routes(?:\.|$)/.test(step) || /^createOptions\d*$/.test(step);
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
