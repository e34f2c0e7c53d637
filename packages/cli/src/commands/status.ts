import { resolve } from 'node:path';
import { describeHolder, readVolumeStatus } from '@companion/artifacts';
import type { ReleaseStatus, VolumeStatus } from '@companion/artifacts';
import { formatBytes } from '@companion/foundation';
import { CliError } from '../command/cli-error.ts';
import { defineCommand } from '../command/command.ts';
import { messageOf } from '../files/output.ts';

/** `companion status`. */
export const command = defineCommand({
  operands: '',
  notes: `Only reads, so it may be called at any time. Exit code 1 where "current" names a release that is not whole.`,
  examples: ['companion status --root /var/deepstream/artifacts'],
  options: {
    root: { type: 'text', value: 'DIR', required: true, help: 'the root of the volume' },
    json: { type: 'flag', help: 'print it as JSON' },
  },
  run: async ({ options: { root, json } }, terminal) => {
    const volume = await readVolumeStatus(resolve(root)).catch((cause: unknown) => {
      throw new CliError('not-readable', `companion: ${root}: ${messageOf(cause)}`, { cause });
    });
    if (volume === undefined) throw new CliError('not-found', `companion: ${root}: no volume of the artifacts module`);
    terminal.out(json ? `${JSON.stringify(statusJson(volume), null, 2)}\n` : statusText(volume));
    const current = volume.releases.find(({ id }) => id === volume.current);
    return volume.current === undefined || isWhole(current) ? 0 : 1;
  },
});

function isWhole(one: ReleaseStatus | undefined): boolean {
  return one?.release !== undefined && one.missing.length === 0;
}

function statusJson({ current, active, previous, supervisor, releases, holder, ...rest }: VolumeStatus): object {
  return {
    current: current ?? null,
    active: active ?? null,
    previous: previous ?? null,
    ...rest,
    holder: holder ?? null,
    supervisor: supervisor ?? null,
    releases: releases.map((one) => ({
      id: one.id,
      whole: isWhole(one),
      missing: one.missing,
      config: one.release?.config ?? null,
      artifacts: one.release?.artifacts ?? [],
      sources: one.release?.sources?.shown ?? null,
      edits: one.release?.edits.map(({ name }) => name) ?? [],
    })),
  };
}

function statusText(volume: VolumeStatus): string {
  const { current, active, previous, activateBy, rejected, supervisor, store, partial } = volume;
  const rows: (readonly [string, string])[] = [
    ['current', current ?? 'none yet'],
    ...releaseRows(volume.releases.find(({ id }) => id === current)),
    ['in use by', volume.holder === undefined ? 'nobody' : describeHolder(volume.holder)],
    ['activation', [activationText(volume), ...(activateBy === undefined ? [] : [`by ${activateBy}`])].join(', ')],
    ['active', active ?? 'none proven healthy yet'],
    ['previous', previous ?? 'none'],
    ...rejected.map(({ id, code, message }) => ['rejected', `${id} ${message} [${code}]`] as const),
    ['supervisor', supervisorText(supervisor)],
    ['releases', volume.releases.map((one) => (isWhole(one) ? one.id : `${one.id} (not whole)`)).join(', ') || 'none'],
    ['store', `${store.entries} ${store.entries === 1 ? 'entry' : 'entries'}, ${formatBytes(store.sizeBytes)}`],
    ...volume.damage.map(({ name, path, reason }) => ['damaged', `${name} ${path} ${reason}`] as const),
    ...partial.map(({ sha256, sizeBytes }) => ['partial', `${sha256} ${formatBytes(sizeBytes)}`] as const),
    ['free', formatBytes(volume.freeBytes)],
  ];
  return rows.map(([name, text]) => `${name.padEnd(10)}  ${text}\n`).join('');
}

function releaseRows(one: ReleaseStatus | undefined): (readonly [string, string])[] {
  if (one === undefined) return [];
  const { release, missing } = one;
  if (release === undefined) return [['', 'is not whole: its release.json is missing or unreadable']];
  return [
    ['  runs', release.config ?? 'none: files are delivered, nothing is run'],
    ...release.artifacts.map(({ name, kind, sha256 }) => {
      const gone = missing.includes(name) ? ' NOT IN THE STORE' : '';
      return [`  ${kind}`, `${name} ${sha256}${gone}`] as const;
    }),
    ...(release.sources?.shown ?? []).map((uri) => ['  source', uri] as const),
    ...release.edits.map(({ name, group }) => ['  edit', `${name} of [${group}]`] as const),
  ];
}

function activationText({ activation }: VolumeStatus): string {
  switch (activation.phase) {
    case 'none':
      return 'none yet';
    case 'steady':
      return 'done';
    case 'trying':
      return `${activation.release} is on trial${activation.told ? '' : ' (DeepStream is still to be told)'}`;
    case 'returning':
      return `going back to ${activation.release}, as ${activation.failed} failed`;
    case 'stuck':
      return `stuck with ${activation.release}, as ${activation.failed} failed`;
  }
}

function supervisorText(supervisor: VolumeStatus['supervisor']): string {
  if (supervisor === undefined) return 'has not run yet';
  const { state, release, starts, exitCode, sinceMs } = supervisor;
  const code = exitCode === undefined ? '' : `, last exit code ${exitCode}`;
  return `${state}${release === '' ? '' : ` ${release}`} since ${new Date(sinceMs).toISOString()}, ${starts} starts${code}`;
}
