import type { MiddlewareHandler } from 'hono';
import type { HubTwins, HttpEnv, MethodAnswer, ModuleIdentity } from '../../contract/contract.ts';
import { HubError } from '../../contract/hub-error.ts';
import type { MethodRequest } from '../../methods/method-request.ts';
import type { WritableUpstreamFeed } from '../../routing/upstream-feed.ts';

/** What the resources of the service API work on. */
export interface ServiceContext {
  readonly deviceId: string;
  readonly twins: HubTwins;
  readonly modules: () => readonly Pick<ModuleIdentity, 'moduleId' | 'generationId'>[];
  readonly upstream: WritableUpstreamFeed;
  readonly invoke: (module: string, request: MethodRequest) => Promise<MethodAnswer>;
}

/** Lets only requests through that name the one device there is, as `:device` in their path. */
export function onlyDevice(deviceId: string): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const device = context.req.param('device') ?? '';
    if (device !== deviceId) throw new HubError('NOT_FOUND', `there is no device ${device}; this is ${deviceId}`);
    await next();
  };
}
