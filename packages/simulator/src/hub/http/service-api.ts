import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject, JsonValue } from '@companion/deployment';
import { isJsonObject } from '@companion/deployment';
import { withoutKeys } from '../protocol/without-keys.ts';
import type { ExtraRoute, HubTwins, MethodAnswer, ModuleIdentity, ModuleTwin } from '../contract/contract.ts';
import { HubError } from '../contract/hub-error.ts';
import { pathParts, readJson, sendError, sendJson } from './http-json.ts';
import { readMethodRequest, type MethodRequest } from '../methods/method-request.ts';
import type { WritableUpstreamFeed } from '../routing/upstream-feed.ts';
import { streamUpstream } from './upstream-stream.ts';

export interface ServiceApiOptions {
  readonly deviceId: string;
  readonly twins: HubTwins;
  readonly modules: () => readonly Pick<ModuleIdentity, 'moduleId' | 'generationId'>[];
  readonly upstream: WritableUpstreamFeed;
  readonly invoke: (module: string, request: MethodRequest) => Promise<MethodAnswer>;
  readonly extraRoutes: readonly ExtraRoute[];
  readonly extraRouteHelp: readonly string[];
}

/** IoT Hub's service side on loopback, for curl: twins, methods, the upstream feed. It asks for no credentials, so it answers no foreign host name. */
export function createServiceApi(
  options: ServiceApiOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { deviceId, twins } = options;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A web page that resolves its own name to 127.0.0.1 still sends its own name.
    if (!isLoopback(request.headers.host)) throw new HubError('BAD_REQUEST', 'the Host header is not this machine');
    const url = new URL(request.url ?? '/', 'http://localhost');
    const parts = pathParts(url.pathname);
    if (parts === undefined) throw new HubError('BAD_REQUEST', `the path ${url.pathname} is not percent-encoded`);
    const [first, device, modules, module, action] = parts;
    const { method } = request;
    if (parts.length === 0 && method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(help());
    } else if (url.pathname === '/messages/events' && method === 'GET') {
      streamUpstream(response, options.upstream, replayFrom(request, url));
    } else if (first === 'devices' && modules === 'modules' && parts.length === 3 && method === 'GET') {
      requireDevice(device);
      sendJson(response, 200, options.modules().map(moduleJson));
    } else if (first === 'twins' && modules === 'modules' && module !== undefined && parts.length === 4) {
      requireDevice(device);
      sendJson(response, 200, twinJson(await answerTwin(request, module)));
    } else if (first === 'twins' && modules === 'modules' && action === 'methods' && module && parts.length === 5) {
      requireDevice(device);
      if (method !== 'POST') throw new HubError('BAD_REQUEST', 'methods are called with POST');
      sendJson(response, 200, await options.invoke(module, readMethodRequest(await readJson(request))));
    } else if (!(await answeredElsewhere(request, response, url))) {
      throw new HubError('NOT_FOUND', `there is no ${method ?? ''} ${url.pathname}; GET / lists what there is`);
    }
  }

  async function answerTwin(request: IncomingMessage, module: string): Promise<ModuleTwin> {
    if (request.method === 'GET') return twins.get(module);
    if (request.method !== 'PATCH' && request.method !== 'PUT') {
      throw new HubError('BAD_REQUEST', 'twins take GET, PATCH and PUT');
    }
    const desired = readDesired(await readJson(request));
    const ifMatch = request.headers['if-match'];
    const precondition = ifMatch === undefined ? {} : { ifMatch };
    return request.method === 'PATCH'
      ? twins.patchDesired(module, desired, precondition)
      : twins.replaceDesired(module, desired, precondition);
  }

  async function answeredElsewhere(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    for (const route of options.extraRoutes) if (await route(request, response, url)) return true;
    return false;
  }

  function requireDevice(device: string | undefined): void {
    if (device !== deviceId) throw new HubError('NOT_FOUND', `there is no device ${device ?? ''}; this is ${deviceId}`);
  }

  function moduleJson(identity: Pick<ModuleIdentity, 'moduleId' | 'generationId'>): object {
    const { connectionState } = twins.get(identity.moduleId);
    return { deviceId, managedBy: 'IotEdge', ...identity, connectionState };
  }

  function help(): string {
    const lines = [
      `Simulated IoT Hub of the device ${deviceId}. Nothing here reaches Azure.`,
      '',
      `GET   /devices/${deviceId}/modules                   the modules`,
      `GET   /twins/${deviceId}/modules/{module}            a module's twin`,
      `PATCH /twins/${deviceId}/modules/{module}            merge {"properties":{"desired":{…}}}; null deletes`,
      `PUT   /twins/${deviceId}/modules/{module}            replace the desired properties, whole`,
      `POST  /twins/${deviceId}/modules/{module}/methods    {"methodName":…,"payload":…,"responseTimeoutInSeconds":30}`,
      'GET   /messages/events[?from=1]       what IoT Hub gets, as server-sent events; from replays',
      ...options.extraRouteHelp,
    ];
    return `${lines.join('\n')}\n`;
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => sendError(response, error));
  };
}

function isLoopback(host: string | undefined): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/iu.test(host ?? '');
}

function replayFrom(request: IncomingMessage, url: URL): number | undefined {
  const last = request.headers['last-event-id'];
  const from = typeof last === 'string' ? Number(last) + 1 : Number(url.searchParams.get('from') ?? Number.NaN);
  return Number.isInteger(from) && from > 0 ? from : undefined;
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
