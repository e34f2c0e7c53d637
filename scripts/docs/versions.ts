import { deepStreamVersions, features } from '@companion/deepstream/versions';
import { markdownTable } from './field-table.ts';

/** Which DeepStream runs where. */
export function versionTable(): string {
  const rows = deepStreamVersions.map((one) => [
    one.version,
    one.jetPack.length === 0 ? 'unknown' : `${one.jetPack.join(', ')} (${one.jetsonLinux.join(', ')})`,
    one.modules,
    imageNames(one.jetsonImage, one.x86Image),
    one.x86Driver ?? 'unknown',
    one.sourceRead ? 'read' : 'not read',
    one.note ?? '',
  ]);
  return markdownTable(['DeepStream', 'JetPack', 'modules', 'image', 'x86 driver', 'its source', 'note'], rows);
}

/** What came with which version. */
export function featureTable(): string {
  return markdownTable(
    ['feature', 'what it is', 'since'],
    features.map(({ name, about, since }) => [name, about, since]),
  );
}

function imageNames(jetson: string | undefined, x86: string | undefined): string {
  if (jetson === undefined) return 'unknown';
  if (jetson === x86) return `\`${jetson}\` for both`;
  return x86 === undefined ? `\`${jetson}\`` : `\`${jetson}\`, x86: \`${x86}\``;
}
