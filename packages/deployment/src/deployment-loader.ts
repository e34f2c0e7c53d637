import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';

import { readDeploymentDocument } from './rules/deployment-document.ts';
import type { Deployment, ModuleSource } from './rules/deployment.ts';
import { parseJsonText } from './rules/json-text.ts';
import type { JsonValue } from './rules/json.ts';
import { eachString, expandTemplate, imagePlaceholders } from './rules/template.ts';
import type { TemplateProblem } from './rules/template.ts';
import { DeploymentError } from './deployment-error.ts';
import type { DeploymentProblem } from './deployment-error.ts';
import { createModuleImages } from './module-images.ts';

/** What `loadDeployment` needs. */
export interface DeploymentLoaderOptions {
  readonly templatePath: string;
  /** The file with variables; without it `.env` in the solution's folder, or `.env.example` where there is no `.env`. */
  readonly envFile?: string;
  /** The solution's folder where the template does not lie in one: there are modules/ and .env; the working directory by default. */
  readonly fallbackDir?: string;
  /** Variables that go before those of the file, as a rule the process's own. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The platform that `${MODULES.name}` stands for: `amd64`, as the tools have it, unless told. */
  readonly platform?: string;
}

/**
 * Reads a deployment template, or a finished deployment.json, itself: fills in placeholders from the module.json files,
 * then variables, and checks everything. Throws a `DeploymentError` with every mistake found.
 */
export function loadDeployment(options: DeploymentLoaderOptions): Deployment {
  const file = options.templatePath;
  const problems: DeploymentProblem[] = [];
  const template = readJson(file);
  const variables = { ...readVariables(options), ...definedOnly(options.environment) };
  const images = createModuleImages({
    baseDir: modulesDir(options),
    platform: options.platform ?? 'amd64',
    variables,
  });

  const names = new Map<string, string>();
  const sources = new Map<string, ModuleSource>();
  eachString(template, (text, path) => {
    for (const placeholder of imagePlaceholders(text)) {
      const found = images.resolve(placeholder);
      if (!found.ok) {
        problems.push({ file, path, code: found.code, reason: found.reason });
        continue;
      }
      names.set(placeholder.text, found.image);
      sources.set(found.image, found.source);
    }
  });
  const expanded = expandTemplate(template, { variables, images: names });
  problems.push(...onceEach(expanded.problems).map((problem) => ({ ...problem, file })));
  const read = readDeploymentDocument(expanded.value, sources);
  if (!read.ok) problems.push(...read.problems.map((problem) => ({ ...problem, file })));
  if (problems.length > 0 || !read.ok) throw new DeploymentError(problems);
  return read.deployment;
}

/** A variable that is missing is one mistake, however often the template uses it. */
function onceEach(problems: readonly TemplateProblem[]): TemplateProblem[] {
  const places = new Map<string, TemplateProblem[]>();
  for (const problem of problems) {
    const key = problem.code === 'VARIABLE_MISSING' ? problem.reason : JSON.stringify(problem);
    places.set(key, [...(places.get(key) ?? []), problem]);
  }
  return [...places.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    return [more.length === 0 ? first : { ...first, reason: `${first.reason} (used in ${more.length + 1} places)` }];
  });
}

function readJson(file: string): JsonValue {
  const parsed = parseJsonText(readText(file));
  if (parsed.ok) return parsed.value;
  throw new DeploymentError([{ code: 'NOT_JSON', file, ...parsed.error }]);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason =
      cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'there is no such file' : String(cause);
    throw new DeploymentError([{ code: 'FILE_UNREADABLE', file, reason }], { cause });
  }
}

/** A copy of a template that somebody tries out may lie anywhere: what does not lie beside it is then the fallback's. */
function solutionDirs({ templatePath, fallbackDir }: DeploymentLoaderOptions): readonly [string, string] {
  return [dirname(resolve(templatePath)), resolve(fallbackDir ?? '.')];
}

function modulesDir(options: DeploymentLoaderOptions): string {
  const [beside, fallback] = solutionDirs(options);
  return existsSync(join(beside, 'modules')) ? beside : fallback;
}

function readVariables(options: DeploymentLoaderOptions): Record<string, string | undefined> {
  const candidates = solutionDirs(options).flatMap((dir) => [join(dir, '.env'), join(dir, '.env.example')]);
  const file = options.envFile ?? candidates.find((path) => existsSync(path));
  return file === undefined ? {} : parseEnv(readText(file));
}

function definedOnly(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
}
