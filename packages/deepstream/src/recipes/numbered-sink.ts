import { numberedGroups, readGroup } from '../app-config/group-reader.ts';
import type { ConfigFile } from '../editing/config-file.ts';

/** The sink of a type that fits best: the first one that is on and matches, or the first that matches. */
export function findSink(config: ConfigFile, type: number, matches: (group: string) => boolean): string | undefined {
  const sinks = numberedGroups(config, 'sink')
    .map(({ group }) => group)
    .filter((group) => readGroup(config, group).integer('type') === type && matches(group));
  return sinks.find((group) => readGroup(config, group).flag('enable')) ?? sinks[0];
}

/** The name of the first sink that does not exist yet, behind all that do. */
export function nextSink(config: ConfigFile): string {
  return `sink${Math.max(-1, ...numberedGroups(config, 'sink').map(({ number }) => number)) + 1}`;
}
