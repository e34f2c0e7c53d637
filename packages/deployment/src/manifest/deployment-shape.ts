import type { JsonValue } from '@companion/foundation';
import * as z from 'zod';

/** Where edgeAgent puts a module without a startupOrder: after all that have one. */
const last = 4_294_967_295;

/** Read further on. */
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
/** The desired properties of `$edgeAgent`. */
export const agentShape = z.strictObject({
  schemaVersion: agentVersion,
  runtime: z.looseObject({ type: z.literal('docker') }),
  systemModules: z.strictObject({
    edgeAgent: moduleShape.partial({ status: true, restartPolicy: true }),
    edgeHub: moduleShape,
  }),
  modules: z.record(moduleName, moduleShape),
});
/** A route as an object. */
export const routeObject = z.strictObject({
  route: z.string().min(1),
  priority: z.int().min(0).max(9).optional(),
  timeToLiveSecs: z.int().min(0).optional(),
});
/** The desired properties of `$edgeHub`. */
export const hubShape = z.strictObject({
  schemaVersion: hubVersion,
  routes: z.record(z.string().min(1), json),
  storeAndForwardConfiguration: z.looseObject({ timeToLiveSecs: z.int().min(0) }),
  // Known since 1.2, and nothing to do with modules.
  mqttBroker: json.optional(),
  integrity: json.optional(),
});
/** The whole document. */
export const rootShape = z.strictObject({
  $schema: z.string().optional(),
  '$schema-template': z.string().optional(),
  modulesContent: z.looseObject({ $edgeAgent: json, $edgeHub: json }),
});
