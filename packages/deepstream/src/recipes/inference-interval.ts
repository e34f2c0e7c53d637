import { numberedGroups } from '../app-config/group-reader.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import { RecipeError } from './recipe-error.ts';
import { checkNumber, setNumber } from './set-number.ts';
import { requireAppConfig } from './require-app-config.ts';

/**
 * Lets the first inference skip `interval` batches after each one that it looks at: 0 is every frame, 4 every fifth. The
 * tracker carries objects over the frames between.
 */
export function setInferenceInterval(config: ConfigFile, interval: number): void {
  requireAppConfig(config);
  checkNumber('the interval', interval, 0, 2 ** 31 - 1);
  const groups = numberedGroups(config, 'primary-gie', { bare: true });
  if (groups.length === 0) throw new RecipeError('group-missing', 'there is no [primary-gie] to set an interval in');
  for (const { group } of groups) setNumber(config, group, 'interval', interval);
}
