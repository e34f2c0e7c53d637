import { Hono } from 'hono';
import type { HttpEnv } from '../../contract/contract.ts';
import { jsonResponse } from '../json.ts';
import { onlyDevice, type ServiceContext } from './service-context.ts';

/** `GET /devices/{device}/modules`: the modules, without their twins. */
export function modulesResource({ deviceId, twins, modules }: ServiceContext): Hono<HttpEnv> {
  const resource = new Hono<HttpEnv>();
  resource.get('/devices/:device/modules', onlyDevice(deviceId), () =>
    jsonResponse(
      modules().map((identity) => ({
        deviceId,
        managedBy: 'IotEdge',
        ...identity,
        connectionState: twins.get(identity.moduleId).connectionState,
      })),
    ),
  );
  return resource;
}
