import { Hono } from 'hono';
import type { ModuleInfo } from '../agent/index.ts';
import type { HttpEnv, ServiceExtension } from '../hub/index.ts';

/** The service API's `GET /modules`: what `iotedge list` tells on a device. */
export function moduleList(modules: () => readonly ModuleInfo[]): ServiceExtension {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const routes = new Hono<HttpEnv>();
  routes.get('/modules', () => new Response(`${JSON.stringify(modules(), null, 2)}\n`, { headers }));
  return { routes, help: ['GET /modules  the module processes: state, pid, restarts, metrics'] };
}
