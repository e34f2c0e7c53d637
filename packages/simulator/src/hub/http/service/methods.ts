import { Hono } from 'hono';
import type { HttpEnv } from '../../contract/contract.ts';
import { HubError } from '../../contract/hub-error.ts';
import { readMethodRequest } from '../../methods/method-request.ts';
import { jsonResponse, readJson } from '../json.ts';
import { onlyDevice, type ServiceContext } from './service-context.ts';

/** `POST /twins/{device}/modules/{module}/methods`: calls a direct method. */
export function methodsResource({ deviceId, invoke }: ServiceContext): Hono<HttpEnv> {
  const path = '/twins/:device/modules/:module/methods';
  const resource = new Hono<HttpEnv>();
  resource.use(path, onlyDevice(deviceId));
  resource.post(path, async (context) =>
    jsonResponse(await invoke(context.req.param('module'), readMethodRequest(await readJson(context)))),
  );
  resource.all(path, () => {
    throw new HubError('BAD_REQUEST', 'methods are called with POST');
  });
  return resource;
}
