import type { RequestListener } from 'node:http';
import { isJsonObject, type JsonValue } from '@companion/foundation';
import { HubError } from '../contract/hub-error.ts';
import { signText } from '../identity/sas-verification.ts';
import type { ModuleRecord } from '../modules/module-record.ts';
import { createApi, requestListener, type ErrorAnswers } from './api.ts';
import { jsonResponse, readJson } from './json.ts';

export interface WorkloadApiOptions {
  readonly moduleOf: (moduleId: string) => ModuleRecord | undefined;
  readonly caCertificatePem: string;
  readonly onRefused: (moduleId: string | undefined, reason: string) => void;
}

/** aziot-edged's shape of an error. */
const answers: ErrorAnswers = {
  error: (error) => {
    const status = error instanceof HubError ? (error.code === 'NOT_FOUND' ? 404 : 400) : 500;
    return jsonResponse({ message: error instanceof Error ? error.message : String(error) }, status);
  },
  badRequest: (message) => jsonResponse({ message }, 400),
  notFound: (method, pathname) => jsonResponse({ message: `the workload API has no ${method} ${pathname}` }, 404),
};

/** The part of aziot-edged's workload API (2018-06-28) that modules need to start: the trust bundle, and signing with the module's key. */
export function createWorkloadApi({ moduleOf, caCertificatePem, onRefused }: WorkloadApiOptions): RequestListener {
  const api = createApi(answers);
  api.get('/trust-bundle', () => jsonResponse({ certificate: caCertificatePem }));
  api.post('/modules/:module/genid/:generation/sign', async (context) => {
    const { module: moduleId, generation } = context.req.param();
    const module = moduleOf(moduleId);
    if (module?.generationId !== generation) {
      const reason = `there is no module ${moduleId} of generation ${generation}`;
      onRefused(module?.moduleId, `signing refused: ${reason}`);
      throw new HubError('NOT_FOUND', reason);
    }
    const digest = signText(module.key, readSignRequest(await readJson(context)));
    return jsonResponse({ digest: digest.toString('base64') });
  });
  return requestListener(api, answers);
}

function readSignRequest(body: JsonValue): Buffer {
  const { keyId, algo, data } = isJsonObject(body) ? body : {};
  if (keyId !== 'primary' || algo !== 'HMACSHA256' || typeof data !== 'string') {
    throw new HubError('BAD_REQUEST', 'the body is not { keyId: "primary", algo: "HMACSHA256", data: base64 }');
  }
  return Buffer.from(data, 'base64');
}
