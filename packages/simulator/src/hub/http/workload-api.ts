import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject } from '@companion/deployment';
import { pathParts, readJson, sendJson } from './http-json.ts';
import { HubError } from '../contract/hub-error.ts';
import type { ModuleRecord } from '../modules/module-record.ts';
import { signText } from '../identity/sas-verification.ts';

export interface WorkloadApiOptions {
  readonly moduleOf: (moduleId: string) => ModuleRecord | undefined;
  readonly caCertificatePem: () => string;
  readonly onRefused: (moduleId: string | undefined, reason: string) => void;
}

/** The part of aziot-edged's workload API (2018-06-28) that modules need to start: the trust bundle, and signing with the module's key. */
export function createWorkloadApi(
  options: WorkloadApiOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://workload');
    const [first, moduleId, genid, generationId, action, ...rest] = pathParts(pathname) ?? [];
    if (request.method === 'GET' && first === 'trust-bundle' && moduleId === undefined) {
      sendJson(response, 200, { certificate: options.caCertificatePem() });
      return;
    }
    const signs = first === 'modules' && genid === 'genid' && action === 'sign' && rest.length === 0;
    if (request.method !== 'POST' || !signs || moduleId === undefined) {
      throw new HubError('NOT_FOUND', `the workload API has no ${request.method ?? ''} ${pathname}`);
    }
    const module = options.moduleOf(moduleId);
    if (module?.generationId !== generationId || module === undefined) {
      const reason = `there is no module ${moduleId} of generation ${generationId ?? ''}`;
      options.onRefused(module?.moduleId, `signing refused: ${reason}`);
      throw new HubError('NOT_FOUND', reason);
    }
    sendJson(response, 200, {
      digest: signText(module.key, readSignRequest(await readJson(request))).toString('base64'),
    });
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      const status = error instanceof HubError ? (error.code === 'NOT_FOUND' ? 404 : 400) : 500;
      sendJson(response, status, { message: error instanceof Error ? error.message : String(error) });
    });
  };
}

function readSignRequest(body: unknown): Buffer {
  const request = isJsonObject(body as never) ? (body as Readonly<Record<string, unknown>>) : {};
  const { keyId, algo, data } = request;
  if (keyId !== 'primary' || algo !== 'HMACSHA256' || typeof data !== 'string') {
    throw new HubError('BAD_REQUEST', 'the body is not { keyId: "primary", algo: "HMACSHA256", data: base64 }');
  }
  return Buffer.from(data, 'base64');
}
