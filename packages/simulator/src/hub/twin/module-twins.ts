import type { Logger } from 'pino';
import type { Clock, JsonObject, JsonValue, TwinSection } from '@companion/foundation';
import type { EventSource } from '../../events/event-source.ts';
import type { HubEvent, HubTwins, ModuleTwin } from '../contract/contract.ts';
import { HubError } from '../contract/hub-error.ts';
import type { ModuleRecord } from '../modules/module-record.ts';
import type { ModuleRegistry } from '../modules/module-registry.ts';
import { desiredTopic, twinResponseTopic } from '../protocol/topics.ts';
import { TwinStore, type StoredTwin, type TwinChange, type TwinHalf } from './twin-store.ts';

export interface ModuleTwinsOptions {
  readonly deviceId: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly modules: ModuleRegistry;
  readonly events: EventSource<HubEvent>;
}

/** The twins with both of their users: the operator (`HubTwins`), whose changes go to a module that listens at once, and the module over MQTT. */
export class ModuleTwins implements HubTwins {
  readonly #options: ModuleTwinsOptions;
  readonly #store: TwinStore;

  constructor(options: ModuleTwinsOptions) {
    this.#options = options;
    this.#store = new TwinStore(options.clock);
  }

  add(module: string, desired: JsonObject): void {
    this.#store.add(module, desired);
  }

  remove(module: string): void {
    this.#store.remove(module);
  }

  get(module: string): ModuleTwin {
    return this.#present(module, this.#store.get(module));
  }

  patchDesired(module: string, patch: JsonObject, { ifMatch }: { readonly ifMatch?: string } = {}): ModuleTwin {
    return this.#changeDesired(module, ifMatch, () => this.#store.patch(module, 'desired', patch));
  }

  replaceDesired(module: string, document: JsonObject, { ifMatch }: { readonly ifMatch?: string } = {}): ModuleTwin {
    return this.#changeDesired(module, ifMatch, () => this.#store.replace(module, 'desired', document));
  }

  restoreDesired(module: string, document: JsonObject, version: number): ModuleTwin {
    return this.#present(module, this.#store.restoreDesired(module, document, version));
  }

  /** Answers a module's GET. */
  answerGet({ moduleId, session }: ModuleRecord, requestId: string): void {
    const { desired, reported } = this.#store.get(moduleId);
    const document = { desired: withVersion(desired), reported: withVersion(reported) };
    session.sendOnce('twin-responses', twinResponseTopic(200, requestId), JSON.stringify(document));
  }

  /** Merges a module's report and answers 204 with the version, or 400 with an empty body. Gives what was merged; undefined where it was refused. */
  answerReport({ moduleId, session }: ModuleRecord, requestId: string, body: Buffer): JsonObject | undefined {
    try {
      const { patch, twin } = this.#change(moduleId, 'reported', () =>
        this.#store.patch(moduleId, 'reported', parse(moduleId, body)),
      );
      session.sendOnce('twin-responses', twinResponseTopic(204, requestId, twin.reported.version), '');
      return patch;
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      session.sendOnce('twin-responses', twinResponseTopic(400, requestId), '');
      return undefined;
    }
  }

  #changeDesired(module: string, ifMatch: string | undefined, make: () => TwinChange): ModuleTwin {
    const { patch, twin } = this.#change(module, 'desired', () => {
      requireEtag(module, this.#store.get(module), ifMatch);
      return make();
    });
    const { version } = twin.desired;
    const text = JSON.stringify({ ...patch, $version: version });
    this.#options.modules.find(module)?.session.sendOnce('desired', desiredTopic(version), text);
    return this.#present(module, twin);
  }

  #change(module: string, section: TwinSection, make: () => TwinChange): TwinChange {
    const { events, log } = this.#options;
    try {
      const made = make();
      events.emit({ type: 'twin-updated', module, section, version: made.twin[section].version, patch: made.patch });
      return made;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ module, section, reason }, 'twin change refused');
      events.emit({ type: 'twin-refused', module, section, reason });
      throw error;
    }
  }

  #present(module: string, twin: StoredTwin): ModuleTwin {
    const { deviceId, modules } = this.#options;
    return {
      deviceId,
      moduleId: module,
      etag: etagOf(twin),
      version: twin.version,
      connectionState: modules.find(module)?.session.client === undefined ? 'Disconnected' : 'Connected',
      properties: { desired: withMetadata(twin.desired), reported: withMetadata(twin.reported) },
    };
  }
}

function parse(module: string, body: Buffer): JsonValue {
  try {
    return JSON.parse(body.toString()) as JsonValue;
  } catch (cause) {
    throw new HubError('TWIN_INVALID', `the reported properties of ${module} are no JSON`, {
      facts: { module },
      cause,
    });
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
    facts: { module, expected, found: etagOf(twin) },
  });
}

function withVersion(half: TwinHalf): JsonObject {
  return { ...half.properties, $version: half.version };
}

function withMetadata(half: TwinHalf): JsonObject {
  return { ...half.properties, $metadata: { $lastUpdated: half.lastUpdated }, $version: half.version };
}
