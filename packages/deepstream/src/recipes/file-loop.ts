import type { ConfigFile } from '../editing/config-file.ts';
import { setNumber } from './set-number.ts';
import { requireAppConfig } from './require-app-config.ts';

/** Lets file sources start again at their end, or end the app there. */
export function setFileLoop(config: ConfigFile, { enabled }: { readonly enabled: boolean }): void {
  requireAppConfig(config);
  setNumber(config, 'tests', 'file-loop', enabled ? 1 : 0);
}
