import { Hono } from 'hono';
import type { HttpEnv } from '../../contract/contract.ts';

/** `GET /`: what there is, a line for each resource. */
export function frontPage(deviceId: string, furtherHelp: readonly string[]): Hono<HttpEnv> {
  const lines = [
    `Simulated IoT Hub of the device ${deviceId}. Nothing here reaches Azure.`,
    '',
    `GET   /devices/${deviceId}/modules                   the modules`,
    `GET   /twins/${deviceId}/modules/{module}            a module's twin`,
    `PATCH /twins/${deviceId}/modules/{module}            merge {"properties":{"desired":{…}}}; null deletes`,
    `PUT   /twins/${deviceId}/modules/{module}            replace the desired properties, whole`,
    `POST  /twins/${deviceId}/modules/{module}/methods    {"methodName":…,"payload":…,"responseTimeoutInSeconds":30}`,
    'GET   /messages/events[?from=1]       what IoT Hub gets, as server-sent events; from replays',
    ...furtherHelp,
  ];
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  const resource = new Hono<HttpEnv>();
  resource.get('/', () => new Response(`${lines.join('\n')}\n`, { headers }));
  return resource;
}
