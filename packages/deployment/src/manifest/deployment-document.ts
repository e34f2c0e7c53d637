import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '@companion/foundation';
import type * as z from 'zod';
import { parseCreateOptions } from '../create-options/create-options.ts';
import { errorAt, placedBelow, type DeploymentDiagnostic } from '../diagnostic/deployment-diagnostic.ts';
import type { RouteSpec } from '../routes/route-text.ts';
import { composeDesired, desiredMember } from '../twins/desired-section.ts';
import { agentShape, hubShape, rootShape, routeObject } from './deployment-shape.ts';
import type { Deployment, ModuleSource, ModuleSpec } from './deployment.ts';

/** Either a deployment or every mistake that was found. */
export type DocumentResult =
  | { readonly ok: true; readonly deployment: Deployment }
  | { readonly ok: false; readonly problems: readonly DeploymentDiagnostic[] };

/**
 * Reads a deployment whose placeholders are filled in. Everything is checked, unknown keys included, so that a
 * `restartPolcy` is told and not ignored; all mistakes come at once. `sources` says for the image of a template's
 * placeholder where its code lies.
 */
export function readDeploymentDocument(
  document: JsonValue,
  sources: ReadonlyMap<string, ModuleSource>,
): DocumentResult {
  const problems: DeploymentDiagnostic[] = [];
  const root = check(rootShape, document, [], problems);
  if (root === undefined) return { ok: false, problems };

  const content = root.modulesContent as Readonly<Record<string, JsonValue>>;
  const sections = new Map(
    Object.entries(content).map(([name, section]) => {
      const composed = composeDesired(section);
      problems.push(...placedBelow({ path: ['modulesContent', name] }, composed.problems));
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
      problems.push(...placedBelow({ path: [...agentAt, 'modules', name, 'settings'] }, options.problems));
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
    const message = `there is no module of this name; $edgeAgent has ${Object.keys(agent.modules).join(', ') || 'none'}`;
    problems.push(errorAt('MODULE_UNKNOWN', ['modulesContent', name], message));
  }
  const routes = readRoutes(hub, [...hubAt, 'routes'], problems);
  if (problems.length > 0 || hub === undefined) return { ok: false, problems };
  return { ok: true, deployment: { modules, routes, timeToLiveSecs: hub.storeAndForwardConfiguration.timeToLiveSecs } };
}

function readRoutes(
  hub: z.infer<typeof hubShape> | undefined,
  at: JsonPath,
  problems: DeploymentDiagnostic[],
): Readonly<Record<string, RouteSpec>> {
  const routes: [string, RouteSpec][] = [];
  for (const [name, route] of Object.entries(hub?.routes ?? {})) {
    if (typeof route === 'string') {
      routes.push([name, route]);
      continue;
    }
    if (!isJsonObject(route)) {
      problems.push(errorAt('SHAPE', [...at, name], 'expected a string or an object with a "route"'));
      continue;
    }
    const checked = check(routeObject, route, [...at, name], problems);
    if (checked === undefined) continue;
    if (hub?.schemaVersion.startsWith('1.0') === true) {
      problems.push(errorAt('SHAPE', [...at, name], 'a route as an object needs schema version "1.1"'));
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
  problems: DeploymentDiagnostic[],
): z.infer<S> | undefined {
  const parsed = shape.safeParse(value, { error: (issue) => (issue.input === undefined ? 'missing' : undefined) });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const path = [...at, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) problems.push(errorAt('SHAPE', [...path, key], 'unknown key'));
    } else if (issue.code === 'invalid_key') {
      problems.push(errorAt('SHAPE', path, issue.issues[0]?.message ?? issue.message));
    } else problems.push(errorAt('SHAPE', path, plain(issue.message)));
  }
  return undefined;
}

/** zod's sentence without its preamble: what follows names what was expected and what came. */
function plain(message: string): string {
  return message.replace(/^Invalid (?:input|option): /, '');
}
