import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ModuleInfo } from '../agent/index.ts';
import type { ExtraRoute } from '../hub/index.ts';

/** The service API's `GET /modules`: what `iotedge list` tells on a device. */
export function moduleListRoute(modules: () => readonly ModuleInfo[]): {
  readonly extraRoutes: readonly ExtraRoute[];
  readonly extraRouteHelp: readonly string[];
} {
  const route = (request: IncomingMessage, response: ServerResponse, url: URL): boolean => {
    if (request.method !== 'GET' || url.pathname !== '/modules') return false;
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(`${JSON.stringify(modules(), null, 2)}\n`);
    return true;
  };
  return {
    extraRoutes: [route],
    extraRouteHelp: ['GET /modules  the module processes: state, pid, restarts, metrics'],
  };
}
