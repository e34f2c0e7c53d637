import { parseInteger } from '../app-config/glib-value.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import { RecipeError } from './recipe-error.ts';

/** Sets a number unless the key reads as it already, so that spaces and remarks behind it stay. */
export function setNumber(config: ConfigFile, group: string, key: string, value: number): void {
  if (parseInteger(config.get(group, key) ?? '') !== value) config.set(group, key, String(value));
}

/** Refuses what is no whole number from `low` to `high`. */
export function checkNumber(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new RecipeError('invalid-number', `${name} must be a whole number from ${low} to ${high}, not ${value}`);
}
