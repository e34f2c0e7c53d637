import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HubClock } from '../contract/clock.ts';
import type { MethodAnswer } from '../contract/contract.ts';
import { pathParts, readJson, sendError, sendJson } from './http-json.ts';
import { HubError } from '../contract/hub-error.ts';
import { readMethodRequest, type MethodRequest } from '../methods/method-request.ts';
import type { ModuleRecord } from '../modules/module-record.ts';
import { verifySasToken } from '../identity/sas-verification.ts';

export interface GatewayApiOptions {
  readonly deviceId: string;
  readonly iotHubHostName: string;
  readonly clock: HubClock;
  readonly moduleOf: (moduleId: string) => ModuleRecord | undefined;
  readonly invoke: (module: string, request: MethodRequest) => Promise<MethodAnswer>;
  readonly onRefused: (moduleId: string | undefined, reason: string) => void;
}

/** edgeHub's HTTPS head for modules: `POST /twins/{device}/modules/{module}/methods`, called by the SDK's `invokeMethod`. */
export function createGatewayApi(
  options: GatewayApiOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { deviceId } = options;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    authenticate(request);
    const { pathname } = new URL(request.url ?? '/', 'https://gateway');
    const [twins, device, modules, module, methods, ...rest] = pathParts(pathname) ?? [];
    if (
      twins !== 'twins' ||
      modules !== 'modules' ||
      methods !== 'methods' ||
      rest.length > 0 ||
      module === undefined
    ) {
      throw new HubError('NOT_FOUND', `there is no ${pathname} here; only methods of modules can be called`);
    }
    if (request.method !== 'POST') throw new HubError('BAD_REQUEST', 'methods are called with POST');
    if (device !== deviceId) throw new HubError('NOT_FOUND', `there is no device ${device ?? ''}`);
    sendJson(response, 200, await options.invoke(module, readMethodRequest(await readJson(request))));
  }

  function authenticate(request: IncomingMessage): void {
    const caller = String(request.headers['x-ms-edge-moduleid'] ?? '');
    const [device, moduleId, ...rest] = caller.split('/');
    const module = moduleId === undefined || rest.length > 0 ? undefined : options.moduleOf(moduleId);
    const result =
      device !== deviceId || module === undefined
        ? `there is no module ${caller}`
        : verifySasToken(
            request.headers.authorization ?? '',
            { ...options, moduleId: module.moduleId, key: module.key },
            options.clock.now(),
          );
    if (typeof result === 'number') return;
    options.onRefused(module?.moduleId, `method call refused: ${result}`);
    throw new HubError('UNAUTHORIZED', result);
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => sendError(response, error));
  };
}
