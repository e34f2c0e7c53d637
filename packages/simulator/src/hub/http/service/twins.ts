import { Hono } from 'hono';
import { isJsonObject, type JsonObject, type JsonValue } from '@companion/foundation';
import type { HttpEnv, ModuleTwin } from '../../contract/contract.ts';
import { HubError } from '../../contract/hub-error.ts';
import { withoutKeys } from '../../protocol/without-keys.ts';
import type { HttpContext } from '../api.ts';
import { jsonResponse, readJson } from '../json.ts';
import { onlyDevice, type ServiceContext } from './service-context.ts';

/** `/twins/{device}/modules/{module}`: read, merge, replace. */
export function twinsResource({ deviceId, twins }: ServiceContext): Hono<HttpEnv> {
  const path = '/twins/:device/modules/:module';
  const resource = new Hono<HttpEnv>();
  resource.use(path, onlyDevice(deviceId));
  resource.get(path, (context) => jsonResponse(twinJson(twins.get(context.req.param('module')))));
  resource.patch(path, async (context) => {
    const desired = readDesired(await readJson(context));
    return jsonResponse(twinJson(twins.patchDesired(context.req.param('module'), desired, precondition(context))));
  });
  resource.put(path, async (context) => {
    const desired = readDesired(await readJson(context));
    return jsonResponse(twinJson(twins.replaceDesired(context.req.param('module'), desired, precondition(context))));
  });
  resource.all(path, () => {
    throw new HubError('BAD_REQUEST', 'twins take GET, PATCH and PUT');
  });
  return resource;
}

function precondition({ req }: HttpContext): { readonly ifMatch?: string } {
  const ifMatch = req.header('if-match');
  return ifMatch === undefined ? {} : { ifMatch };
}

// A twin that was read, edited and sent back carries what the hub keeps itself; IoT Hub overlooks that too.
function readDesired(body: JsonValue): JsonObject {
  const properties = isJsonObject(body) ? body['properties'] : undefined;
  const desired = isJsonObject(properties) ? properties['desired'] : undefined;
  if (!isJsonObject(desired)) throw new HubError('BAD_REQUEST', 'the body is not {"properties":{"desired":{…}}}');
  return withoutKeys(desired, ['$version', '$metadata']);
}

function twinJson(twin: ModuleTwin): object {
  return { ...twin, status: 'enabled', authenticationType: 'sas', cloudToDeviceMessageCount: 0 };
}
