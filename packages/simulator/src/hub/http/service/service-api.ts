import type { RequestListener } from 'node:http';
import type { Context, Next } from 'hono';
import type { HttpEnv, ServiceExtension } from '../../contract/contract.ts';
import { HubError } from '../../contract/hub-error.ts';
import { createApi, isPercentEncoded, pathnameOf, requestListener } from '../api.ts';
import { hubAnswers } from '../hub-answers.ts';
import { frontPage } from './front-page.ts';
import { methodsResource } from './methods.ts';
import { modulesResource } from './modules.ts';
import type { ServiceContext } from './service-context.ts';
import { twinsResource } from './twins.ts';
import { upstreamEventsResource } from './upstream-events.ts';

const answers = hubAnswers((method, pathname) => `there is no ${method} ${pathname}; GET / lists what there is`);

/** IoT Hub's service side on loopback, for curl: twins, methods, the upstream feed. It asks for no credentials, so it answers no foreign host name. */
export function createServiceApi(service: ServiceContext, extension: ServiceExtension | undefined): RequestListener {
  const api = createApi(answers);
  api.use(onlyThisMachine);
  api.route('/', frontPage(service.deviceId, extension?.help ?? []));
  for (const resource of [modulesResource, twinsResource, methodsResource, upstreamEventsResource]) {
    api.route('/', resource(service));
  }
  if (extension !== undefined) api.route('/', extension.routes);
  return requestListener(api, answers);
}

async function onlyThisMachine(context: Context<HttpEnv>, next: Next): Promise<void> {
  // A web page that resolves its own name to 127.0.0.1 still sends its own name.
  if (!isLoopback(context.req.header('host'))) throw new HubError('BAD_REQUEST', 'the Host header is not this machine');
  const pathname = pathnameOf(context);
  if (!isPercentEncoded(pathname)) throw new HubError('BAD_REQUEST', `the path ${pathname} is not percent-encoded`);
  await next();
}

function isLoopback(host: string | undefined): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/iu.test(host ?? '');
}
