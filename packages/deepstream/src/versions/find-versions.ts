import type { DeepStreamVersion } from './deepstream-version.ts';

/** What a search text is taken as. */
interface Query {
  readonly kind: 'deepstream' | 'jetPack' | 'jetsonLinux';
  readonly version: string;
}

/**
 * The versions that a text asks for: `6.3` or `DeepStream 6.3`, `JetPack 5.1.2`, `R35.4.1`, the first line of
 * `/etc/nv_tegra_release`, or an image's name. Undefined where the text is none of these.
 */
export function findVersions(
  text: string,
  versions: readonly DeepStreamVersion[],
): readonly DeepStreamVersion[] | undefined {
  const query = queryOf(text.trim());
  if (query === undefined) return undefined;
  return versions.filter((one) => namesOf(one, query.kind).some((name) => begins(name, query.version)));
}

function queryOf(text: string): Query | undefined {
  const tegra = /^#?\s*R(\d+) \(release\), REVISION: ([\d.]+)/.exec(text);
  if (tegra !== null) return { kind: 'jetsonLinux', version: `${tegra[1]}.${tegra[2]}` };
  const linux = /^(?:L4T |Jetson Linux )?R?(\d\d(?:\.\d+)*)$/i.exec(text);
  if (linux !== null) return { kind: 'jetsonLinux', version: linux[1] ?? '' };
  const jetPack = /^(?:JetPack|JP) ?(\d+(?:\.\d+)*)$/i.exec(text);
  if (jetPack !== null) return { kind: 'jetPack', version: jetPack[1] ?? '' };
  const deepStream = /^(?:DeepStream |DS ?)?v?(\d(?:\.\d+)*)$/i.exec(text);
  if (deepStream !== null) return { kind: 'deepstream', version: deepStream[1] ?? '' };
  const image = /(?:^|\/)deepstream(?:-l4t)?:(\d+(?:\.\d+)*)(?:-|$)/.exec(text);
  return image === null ? undefined : { kind: 'deepstream', version: image[1] ?? '' };
}

function namesOf(one: DeepStreamVersion, kind: Query['kind']): readonly string[] {
  if (kind === 'deepstream') return [one.version];
  return kind === 'jetPack' ? one.jetPack : one.jetsonLinux.map((name) => name.slice(1));
}

/** Whether a version is the asked one or of its line; `35` asks for all of R35, and `39.2.0` is 39.2. */
function begins(name: string, asked: string): boolean {
  const [parts, wanted] = [name.split(/[. ]/), asked.split('.')];
  return wanted.every((part, n) => part === (parts[n] ?? '0'));
}
