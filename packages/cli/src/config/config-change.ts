import type { ConfigFile } from '@companion/deepstream/config-file';

/** A key that has another value than before; `from` or `to` is null where there was or is none. */
export interface ConfigChange {
  readonly group: string;
  readonly key: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** What an edit did, key by key, as DeepStream will see it: what the edited file has first, then what only the old one had. */
export function compareConfigs(before: ConfigFile, after: ConfigFile): readonly ConfigChange[] {
  const changes: ConfigChange[] = [];
  const changed = (group: string, key: string) => {
    const [from = null, to = null] = [before.get(group, key), after.get(group, key)];
    if (from !== to) changes.push({ group, key, from, to });
  };
  for (const group of after.groups()) for (const key of after.keys(group)) changed(group, key);
  for (const group of before.groups()) {
    for (const key of before.keys(group)) if (after.get(group, key) === undefined) changed(group, key);
  }
  return changes;
}

/** `[group] key=value`, and what it was. */
export function changeText({ group, key, from, to }: ConfigChange): string {
  if (to === null) return `[${group}] ${key} removed (was ${from ?? ''})`;
  return `[${group}] ${key}=${to}${from === null ? '' : ` (was ${from})`}`;
}
