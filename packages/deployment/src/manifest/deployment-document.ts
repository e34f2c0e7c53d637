import * as z from 'zod';

import { parseCreateOptions } from '../create-options/create-options.ts';
import { composeDesired, desiredMember } from '../twins/desired-section.ts';
import type { Deployment, DeploymentProblemCode, ModuleSource, ModuleSpec } from './deployment.ts';
import type { JsonPath } from '../json/json-path.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import type { RouteSpec } from '../routes/route-text.ts';
import { isJsonObject } from '../template/template.ts';

/** A mistake at one place of the document. */
export interface DocumentProblem {
  readonly code: DeploymentProblemCode;
  readonly path: JsonPath;
  readonly reason: string;
}

/** Either a deployment or every mistake that was found. */
export type DocumentResult =
  | { readonly ok: true; readonly deployment: Deployment }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

/** Where edgeAgent puts a module without a startupOrder: after all that have one. */
const last = 4_294_967_295;

const json = z.custom<JsonValue>();
// edgeAgent and edgeHub go ways of their own: the one refuses what the other has had since 1.2.
const agentVersion = z.string().regex(/^1\.[01](\.\d+)?$/, {
  error: 'expected schema version "1.0" or "1.1" (take "1.1"): edgeAgent refuses others',
});
const hubVersion = z.string().regex(/^1\.[0-3](\.\d+)?$/, {
  error: 'expected schema version "1.0" to "1.3" (take "1.1"): edgeHub refuses others',
});
const env = z.record(
  z.string().regex(/^[^=\0]+$/),
  z.strictObject({
    value: z.union([z.string(), z.number(), z.boolean()], { error: 'expected a string, number or boolean' }),
  }),
);
const settings = z.looseObject({ image: z.string().min(1, { error: 'expected the name of an image' }) });
const moduleShape = z.strictObject({
  version: z.string().optional(),
  type: z.literal('docker'),
  status: z.enum(['running', 'stopped']).default('running'),
  restartPolicy: z.enum(['always', 'on-failure', 'on-unhealthy', 'never']).default('always'),
  startupOrder: z.int().min(0).max(last).default(last),
  imagePullPolicy: z.enum(['on-create', 'never']).optional(),
  env: env.default({}),
  settings,
});
const moduleName = z
  .string()
  .regex(/^[A-Za-z0-9_.+%#*?!(),=@-]{1,128}$/, { error: 'not a name that a module can have' });
const agentShape = z.strictObject({
  schemaVersion: agentVersion,
  runtime: z.looseObject({ type: z.literal('docker') }),
  systemModules: z.strictObject({
    edgeAgent: moduleShape.partial({ status: true, restartPolicy: true }),
    edgeHub: moduleShape,
  }),
  modules: z.record(moduleName, moduleShape),
});
const routeObject = z.strictObject({
  route: z.string().min(1),
  priority: z.int().min(0).max(9).optional(),
  timeToLiveSecs: z.int().min(0).optional(),
});
const hubShape = z.strictObject({
  schemaVersion: hubVersion,
  routes: z.record(z.string().min(1), json),
  storeAndForwardConfiguration: z.looseObject({ timeToLiveSecs: z.int().min(0) }),
  // Known since 1.2, and nothing to do with modules.
  mqttBroker: json.optional(),
  integrity: json.optional(),
});
const rootShape = z.strictObject({
  $schema: z.string().optional(),
  '$schema-template': z.string().optional(),
  modulesContent: z.looseObject({ $edgeAgent: json, $edgeHub: json }),
});

/**
 * Reads a deployment whose placeholders are filled in. Everything is checked, unknown keys included, so that a
 * `restartPolcy` is told and not ignored; all mistakes come at once. `sources` says for the image of a template's
 * placeholder where its code lies.
 */
export function readDeploymentDocument(
  document: JsonValue,
  sources: ReadonlyMap<string, ModuleSource>,
): DocumentResult {
  const problems: DocumentProblem[] = [];
  const root = check(rootShape, document, [], problems);
  if (root === undefined) return { ok: false, problems };

  const content = root.modulesContent as Readonly<Record<string, JsonValue>>;
  const sections = new Map(
    Object.entries(content).map(([name, section]) => {
      const composed = composeDesired(section);
      const found = composed.problems.map(({ path, reason }) => ({ path: ['modulesContent', name, ...path], reason }));
      problems.push(...found.map((problem) => ({ ...problem, code: 'SHAPE' as const })));
      return [name, composed.desired] as const;
    }),
  );
  const agentAt = ['modulesContent', '$edgeAgent', desiredMember];
  const hubAt = ['modulesContent', '$edgeHub', desiredMember];
  const agent = check(agentShape, sections.get('$edgeAgent') ?? {}, agentAt, problems);
  const hub = check(hubShape, sections.get('$edgeHub') ?? {}, hubAt, problems);

  const modules: ModuleSpec[] = [];
  for (const [name, spec] of Object.entries(agent?.modules ?? {})) {
    const options = parseCreateOptions(spec.settings as JsonObject);
    if (!options.ok) {
      for (const { path, reason } of options.problems)
        problems.push({ code: 'CREATE_OPTIONS', path: [...agentAt, 'modules', name, 'settings', ...path], reason });
      continue;
    }
    const source = sources.get(spec.settings.image);
    modules.push({
      name,
      image: spec.settings.image,
      status: spec.status,
      restartPolicy: spec.restartPolicy,
      startupOrder: spec.startupOrder,
      env: Object.fromEntries(Object.entries(spec.env).map(([key, { value }]) => [key, String(value)])),
      createOptions: options.options,
      desired: sections.get(name) ?? {},
      ...(source === undefined ? {} : { source }),
    });
  }
  for (const name of sections.keys()) {
    if (agent === undefined || name === '$edgeAgent' || name === '$edgeHub' || Object.hasOwn(agent.modules, name))
      continue;
    const reason = `there is no module of this name; $edgeAgent has ${Object.keys(agent.modules).join(', ') || 'none'}`;
    problems.push({ code: 'MODULE_UNKNOWN', path: ['modulesContent', name], reason });
  }
  const routes = readRoutes(hub, [...hubAt, 'routes'], problems);
  if (problems.length > 0 || hub === undefined) return { ok: false, problems };
  return { ok: true, deployment: { modules, routes, timeToLiveSecs: hub.storeAndForwardConfiguration.timeToLiveSecs } };
}

function readRoutes(
  hub: z.infer<typeof hubShape> | undefined,
  at: JsonPath,
  problems: DocumentProblem[],
): Readonly<Record<string, RouteSpec>> {
  const routes: [string, RouteSpec][] = [];
  for (const [name, route] of Object.entries(hub?.routes ?? {})) {
    if (typeof route === 'string') {
      routes.push([name, route]);
      continue;
    }
    if (!isJsonObject(route)) {
      problems.push({ code: 'SHAPE', path: [...at, name], reason: 'expected a string or an object with a "route"' });
      continue;
    }
    const checked = check(routeObject, route, [...at, name], problems);
    if (checked === undefined) continue;
    if (hub?.schemaVersion.startsWith('1.0') === true) {
      problems.push({
        code: 'SHAPE',
        path: [...at, name],
        reason: 'a route as an object needs schema version "1.1"',
      });
    }
    const { priority, timeToLiveSecs } = checked;
    routes.push([
      name,
      {
        route: checked.route,
        ...(priority === undefined ? {} : { priority }),
        ...(timeToLiveSecs === undefined ? {} : { timeToLiveSecs }),
      },
    ]);
  }
  return Object.fromEntries(routes);
}

function check<S extends z.ZodType>(
  shape: S,
  value: unknown,
  at: JsonPath,
  problems: DocumentProblem[],
): z.infer<S> | undefined {
  const parsed = shape.safeParse(value, { error: (issue) => (issue.input === undefined ? 'missing' : undefined) });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const path = [...at, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) problems.push({ code: 'SHAPE', path: [...path, key], reason: 'unknown key' });
    } else if (issue.code === 'invalid_key') {
      problems.push({ code: 'SHAPE', path, reason: issue.issues[0]?.message ?? issue.message });
    } else problems.push({ code: 'SHAPE', path, reason: plain(issue.message) });
  }
  return undefined;
}

/** zod's sentence without its preamble: what follows names what was expected and what came. */
function plain(message: string): string {
  return message.replace(/^Invalid (?:input|option): /, '');
}
