import type { AppConfig } from './app-config.ts';
import { diagnose, type ConfigDiagnostic, type ConfigStage } from './config-diagnostic.ts';
import { readGroup } from './group-reader.ts';

/** Looks at the settings of a message converter, in its sink or in `[message-converter]`, that end or spoil the messages. */
export function* checkConverter(
  app: AppConfig,
  { group, payloadType }: { readonly group: string; readonly payloadType: number },
): Generator<ConfigDiagnostic> {
  const reader = readGroup(app.file, group);
  const at = (key: string) => ({ file: app.path, line: reader.lineOf(key) });
  const flag = (key: string) => reader.boolean(key) || reader.flag(key);
  const newApi = flag('msg-conv-msg2p-new-api');
  const ownLibrary = reader.text('msg-conv-msg2p-lib') !== undefined;
  if (reader.text('msg-conv-config') === undefined && !ownLibrary) {
    const missing = (stage: ConfigStage, key: string, what: string) => {
      const text = `[${group}] ${what}: give msg-conv-config=<file with a [sensorN] for each source>`;
      return diagnose('error', 'converter-config-missing', at(key), text, stage);
    };
    if (payloadType === 0) {
      yield missing('plugin', 'msg-conv-payload-type', 'payload type 0 does not start without a msg-conv-config');
    } else if (newApi) {
      const what = 'msg-conv-msg2p-new-api=1 without a msg-conv-config crashes DeepStream at the first frame';
      yield missing('runtime', 'msg-conv-msg2p-new-api', what);
    }
  }
  if (flag('msg-conv-dummy-payload')) {
    const text = `[${group}] msg-conv-dummy-payload=1 writes id 0 and an empty box over the first object of every frame: set it to 0`;
    yield diagnose('warning', 'dummy-payload', at('msg-conv-dummy-payload'), text);
  }
  if ((reader.integer('msg-conv-frame-interval') ?? 1) > 1 && !newApi) {
    const text = `[${group}] msg-conv-frame-interval has no effect without msg-conv-msg2p-new-api=1`;
    yield diagnose('warning', 'frame-interval-ignored', at('msg-conv-frame-interval'), text);
  }
}
