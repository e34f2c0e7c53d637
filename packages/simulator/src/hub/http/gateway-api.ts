import type { RequestListener } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import type { Clock } from '@companion/foundation';
import type { HttpEnv, MethodAnswer } from '../contract/contract.ts';
import { HubError } from '../contract/hub-error.ts';
import { verifySasToken } from '../identity/sas-verification.ts';
import { readMethodRequest, type MethodRequest } from '../methods/method-request.ts';
import type { ModuleRecord } from '../modules/module-record.ts';
import { createApi, requestListener } from './api.ts';
import { hubAnswers } from './hub-answers.ts';
import { jsonResponse, readJson } from './json.ts';

export interface GatewayApiOptions {
  readonly deviceId: string;
  readonly iotHubHostName: string;
  readonly clock: Clock;
  readonly moduleOf: (moduleId: string) => ModuleRecord | undefined;
  readonly invoke: (module: string, request: MethodRequest) => Promise<MethodAnswer>;
  readonly onRefused: (moduleId: string | undefined, reason: string) => void;
}

const answers = hubAnswers(
  (_method, pathname) => `there is no ${pathname} here; only methods of modules can be called`,
);

/** edgeHub's HTTPS head for modules: `POST /twins/{device}/modules/{module}/methods`, called by the SDK's `invokeMethod`. */
export function createGatewayApi(options: GatewayApiOptions): RequestListener {
  const path = '/twins/:device/modules/:module/methods';
  const api = createApi(answers);
  api.use(onlyModules(options));
  api.post(path, async (context) => {
    const { device, module } = context.req.param();
    if (device !== options.deviceId) throw new HubError('NOT_FOUND', `there is no device ${device}`);
    return jsonResponse(await options.invoke(module, readMethodRequest(await readJson(context))));
  });
  api.all(path, () => {
    throw new HubError('BAD_REQUEST', 'methods are called with POST');
  });
  return requestListener(api, answers);
}

/** Lets only modules of the device through, by a shared access signature of their own. */
function onlyModules({
  deviceId,
  iotHubHostName,
  clock,
  moduleOf,
  onRefused,
}: GatewayApiOptions): MiddlewareHandler<HttpEnv> {
  return async ({ req }, next) => {
    const caller = req.header('x-ms-edge-moduleid') ?? '';
    const [device, moduleId, ...rest] = caller.split('/');
    const module = moduleId === undefined || rest.length > 0 ? undefined : moduleOf(moduleId);
    const result =
      device !== deviceId || module === undefined
        ? `there is no module ${caller}`
        : verifySasToken(
            req.header('authorization') ?? '',
            { iotHubHostName, deviceId, moduleId: module.moduleId, key: module.key },
            clock.now(),
          );
    if (typeof result !== 'number') {
      onRefused(module?.moduleId, `method call refused: ${result}`);
      throw new HubError('UNAUTHORIZED', result);
    }
    await next();
  };
}
