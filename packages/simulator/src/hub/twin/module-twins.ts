import type { Logger } from 'pino';
import type { JsonObject, JsonValue } from '@companion/deployment';
import { desiredTopic, twinResponseTopic } from '../protocol/topics.ts';
import type { TwinSection } from '@companion/deployment';
import type { HubClock } from '../contract/clock.ts';
import type { HubEvent, HubTwins, ModuleTwin } from '../contract/contract.ts';
import { HubError } from '../contract/hub-error.ts';
import { sendOnce, type ModuleRecord } from '../modules/module-record.ts';
import { createTwinStore, type StoredTwin, type TwinChange, type TwinHalf } from './twin-store.ts';

export interface ModuleTwinsOptions {
  readonly deviceId: string;
  readonly clock: HubClock;
  readonly log: Logger;
  readonly moduleOf: (moduleId: string) => ModuleRecord | undefined;
  readonly emit: (event: HubEvent) => void;
  /** A module's report was accepted: edgeHub routes it as a twin change. */
  readonly onReported: (module: ModuleRecord, patch: JsonObject) => void;
}

/** The twins with both of their users: the operator (`HubTwins`) and the module over MQTT. */
export interface ModuleTwins extends HubTwins {
  add(module: string, desired: JsonObject): void;
  remove(module: string): void;
  /** Answers a module's GET. */
  answerGet(module: ModuleRecord, requestId: string): void;
  /** Merges a module's report and answers 204 with the version, or 400 with an empty body. */
  answerReport(module: ModuleRecord, requestId: string, body: Buffer): void;
}

/** No twins yet. Operators' changes go to the module at once where it listens. */
export function createModuleTwins(options: ModuleTwinsOptions): ModuleTwins {
  const { deviceId, clock, log, moduleOf, emit } = options;
  const store = createTwinStore(clock);

  function present(module: string, twin: StoredTwin): ModuleTwin {
    const client = moduleOf(module)?.session.client;
    return {
      deviceId,
      moduleId: module,
      etag: etagOf(twin),
      version: twin.version,
      connectionState: client === undefined ? 'Disconnected' : 'Connected',
      properties: { desired: withMetadata(twin.desired), reported: withMetadata(twin.reported) },
    };
  }

  function change(module: string, section: TwinSection, make: () => TwinChange): TwinChange {
    try {
      const made = make();
      emit({ type: 'twin-updated', module, section, version: made.twin[section].version, patch: made.patch });
      return made;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ module, section, reason }, 'twin change refused');
      emit({ type: 'twin-refused', module, section, reason });
      throw error;
    }
  }

  function changeDesired(module: string, ifMatch: string | undefined, make: () => TwinChange): ModuleTwin {
    const { patch, twin } = change(module, 'desired', () => {
      requireEtag(module, store.get(module), ifMatch);
      return make();
    });
    const record = moduleOf(module);
    if (record !== undefined) {
      const { version } = twin.desired;
      sendOnce(record.session, 'desired', desiredTopic(version), JSON.stringify({ ...patch, $version: version }));
    }
    return present(module, twin);
  }

  return {
    add: store.add,
    remove: store.remove,
    get: (module) => present(module, store.get(module)),
    patchDesired: (module, patch, { ifMatch } = {}) =>
      changeDesired(module, ifMatch, () => store.patch(module, 'desired', patch)),
    replaceDesired: (module, document, { ifMatch } = {}) =>
      changeDesired(module, ifMatch, () => store.replace(module, 'desired', document)),
    answerGet: (module, requestId) => {
      const { desired, reported } = store.get(module.moduleId);
      const document = { desired: withVersion(desired), reported: withVersion(reported) };
      sendOnce(module.session, 'twin-responses', twinResponseTopic(200, requestId), JSON.stringify(document));
    },
    answerReport: (module, requestId, body) => {
      const { moduleId, session } = module;
      try {
        const { patch, twin } = change(moduleId, 'reported', () =>
          store.patch(moduleId, 'reported', parse(moduleId, body)),
        );
        sendOnce(session, 'twin-responses', twinResponseTopic(204, requestId, twin.reported.version), '');
        options.onReported(module, patch);
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        sendOnce(session, 'twin-responses', twinResponseTopic(400, requestId), '');
      }
    },
  };
}

function parse(module: string, body: Buffer): JsonValue {
  try {
    return JSON.parse(body.toString()) as JsonValue;
  } catch (error) {
    throw new HubError('TWIN_INVALID', `the reported properties of ${module} are no JSON`, { module }, error);
  }
}

// IoT Hub's ETags are a base64 counter.
function etagOf(twin: StoredTwin): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(twin.version));
  return bytes.toString('base64');
}

function requireEtag(module: string, twin: StoredTwin, ifMatch: string | undefined): void {
  const expected = ifMatch?.replace(/^(?:W\/)?"(.*)"$/u, '$1');
  if (expected === undefined || expected === '*' || expected === etagOf(twin)) return;
  throw new HubError('TWIN_VERSION_CONFLICT', `the twin of ${module} has another ETag, ${etagOf(twin)}`, {
    module,
    expected,
    found: etagOf(twin),
  });
}

function withVersion(half: TwinHalf): JsonObject {
  return { ...half.properties, $version: half.version };
}

function withMetadata(half: TwinHalf): JsonObject {
  return { ...half.properties, $metadata: { $lastUpdated: half.lastUpdated }, $version: half.version };
}
