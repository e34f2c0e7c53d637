import type { AppConfig } from './app-config.ts';
import { enabledSources } from './check-sources.ts';
import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import { readGroup } from './group-reader.ts';
import type { References } from './reference.ts';

/**
 * Boxes of messages are in pixels of the source's own resolution, with the new API in those of streammux. Where the two
 * differ, a zone that is drawn in pixels of the one does not fit boxes of the other. Only cameras say their size.
 */
export function* checkBoxUnits(app: AppConfig, collected: References): Generator<ConfigDiagnostic> {
  const mux = app.streammux?.size;
  if (mux === undefined) return;
  const at = { file: app.path, line: readGroup(app.file, 'streammux').lineOf('width') };
  const shown = (size: { readonly width: number; readonly height: number }) => `${size.width} × ${size.height}`;
  const shared = app.messageConverter?.enabled === true ? app.messageConverter : undefined;
  const newApi = app.sinks.some(
    ({ enabled, message }) =>
      enabled && message !== undefined && (message.sharesConverter && shared !== undefined ? shared : message).newApi,
  );
  const other = enabledSources(app, collected).find(
    ({ size }) => size !== undefined && (size.width !== mux.width || size.height !== mux.height),
  );
  if (other?.size !== undefined) {
    const unit = newApi
      ? 'boxes come in streammux pixels (msg2p-new-api)'
      : 'boxes come in pixels of the source, not of streammux';
    const text = `[${other.group}] is ${shown(other.size)} and [streammux] ${shown(mux)}: ${unit}; draw zones so, or in normalized units`;
    yield diagnose('warning', 'box-units', at, text);
  } else if (newApi) {
    const text = `boxes come in streammux pixels (${shown(mux)}) because of msg2p-new-api, whatever the sources' sizes are`;
    yield diagnose('info', 'box-units', at, text);
  }
}
