import { configKind } from '../app-config/app-config.ts';
import { otherKinds } from '../app-config/other-kinds.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import { RecipeError } from './recipe-error.ts';

/** Refuses a config of another kind, where added groups would mean nothing. */
export function requireAppConfig(config: ConfigFile): void {
  const name = otherKinds[configKind(config)];
  if (name === undefined) return;
  throw new RecipeError('not-an-app-config', `this is ${name}: give the app config of deepstream-test5-app`);
}
