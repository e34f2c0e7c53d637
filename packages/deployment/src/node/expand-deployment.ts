import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { isJsonObject, type JsonValue } from '@companion/foundation';
import { parseJsonText } from '@companion/foundation/json-text';
import { hasErrno } from '@companion/foundation/node';
import { placedBelow, type DeploymentDiagnostic } from '../diagnostic/deployment-diagnostic.ts';
import type { ModuleSource } from '../manifest/deployment.ts';
import { eachString, expandTemplate, imagePlaceholders, type TemplateDiagnostic } from '../template/template.ts';
import { DeploymentError } from './deployment-error.ts';
import { ModuleImages } from './module-images.ts';

/** What is needed to fill in a template. */
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

/** A template with everything filled in that could be. */
export interface ExpandedDeployment {
  readonly document: JsonValue;
  /** For the image of a placeholder where its code lies. */
  readonly sources: ReadonlyMap<string, ModuleSource>;
  /** The file that variables came from; undefined where there is none, or nothing to fill in. */
  readonly variablesFile: string | undefined;
  /** What could not be filled in, with its place in the file; it stands in the document as it was. */
  readonly problems: readonly DeploymentDiagnostic[];
}

/**
 * Reads a template, or a finished deployment.json, and fills in images from the module.json files, then variables.
 * Throws a `DeploymentError` where a file can't be read or is no JSON; all else comes as problems.
 */
export function expandDeployment(options: DeploymentLoaderOptions): ExpandedDeployment {
  const file = options.templatePath;
  const problems: DeploymentDiagnostic[] = [];
  const template = readJson(file);
  if (isFinished(file, template)) {
    return { document: template, sources: new Map(), variablesFile: undefined, problems: leftOvers(file, template) };
  }
  const variablesFile = findVariables(options);
  const fromFile = variablesFile === undefined ? {} : parseEnv(readText(variablesFile));
  const variables = { ...fromFile, ...definedOnly(options.environment) };
  const images = new ModuleImages({
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
        problems.push({ severity: 'error', code: found.code, at: { file, path }, message: found.reason });
        continue;
      }
      names.set(placeholder.text, found.image);
      sources.set(found.image, found.source);
    }
  });
  const expanded = expandTemplate(template, { variables, images: names });
  problems.push(...placedBelow({ file }, onceEach(expanded.problems)));
  return { document: expanded.value, sources, variablesFile, problems };
}

/** Of a finished manifest nothing is filled in: a `$` in it may have come out of a variable. */
function isFinished(file: string, document: JsonValue): boolean {
  return isJsonObject(document) && document['$schema-template'] === undefined && !/template/i.test(basename(file));
}

/** What the tools leave in a manifest where a variable was not set. */
function leftOvers(file: string, manifest: JsonValue): DeploymentDiagnostic[] {
  const problems: DeploymentDiagnostic[] = [];
  eachString(manifest, (text, path) => {
    const found = /\$\{[^}]*\}/.exec(text)?.[0];
    if (found === undefined || path.some((step) => typeof step === 'string' && step.startsWith('createOptions')))
      return;
    const message = `${found} was never filled in: set it, and make the manifest of its template anew`;
    problems.push({ severity: 'error', code: 'VARIABLE_MISSING', at: { file, path }, message });
  });
  return problems;
}

/** A variable that is missing is one mistake, however often the template uses it. */
function onceEach(problems: readonly TemplateDiagnostic[]): TemplateDiagnostic[] {
  const places = new Map<string, TemplateDiagnostic[]>();
  for (const problem of problems) {
    const key = problem.code === 'VARIABLE_MISSING' ? problem.message : JSON.stringify(problem);
    places.set(key, [...(places.get(key) ?? []), problem]);
  }
  return [...places.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    return [more.length === 0 ? first : { ...first, message: `${first.message} (used in ${more.length + 1} places)` }];
  });
}

function readJson(file: string): JsonValue {
  const parsed = parseJsonText(readText(file));
  if (parsed.ok) return parsed.value;
  const { line, column, reason } = parsed.error;
  throw new DeploymentError([{ severity: 'error', code: 'NOT_JSON', at: { file, line, column }, message: reason }]);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const message = hasErrno(cause, 'ENOENT') ? 'there is no such file' : String(cause);
    throw new DeploymentError([{ severity: 'error', code: 'FILE_UNREADABLE', at: { file }, message }], cause);
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

function findVariables(options: DeploymentLoaderOptions): string | undefined {
  const candidates = solutionDirs(options).flatMap((dir) => [join(dir, '.env'), join(dir, '.env.example')]);
  return options.envFile ?? candidates.find((path) => existsSync(path));
}

function definedOnly(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
}
