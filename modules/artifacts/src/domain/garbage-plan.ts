/** A release that must stay runnable. */
export interface KeptRelease {
  readonly id: string;
  /** Digests of the store entries it names; undefined where its description can't be read. */
  readonly digests: readonly string[] | undefined;
  /** Names of the store entries that it links to. */
  readonly entries: readonly string[];
  /** Names of the directories that its engines are kept in. */
  readonly engines: readonly string[];
}

/** A store entry. */
export interface FoundEntry {
  readonly name: string;
  readonly digest: string;
  readonly damaged: boolean;
}

/** A download that was begun. */
export interface FoundPartial {
  readonly digest: string;
  /** Since the last byte arrived. */
  readonly ageMs: number;
}

/** What is on the volume, and what of it is spoken for. */
export interface GarbageInput {
  /** The active release, the one to go back to, and however many more the policy keeps. */
  readonly kept: readonly KeptRelease[];
  /** Digests that the newest valid twin names: they may be on their way into a release that isn't published yet. */
  readonly wanted: ReadonlySet<string>;
  readonly releases: readonly string[];
  readonly stored: readonly FoundEntry[];
  /** Directories of engines. */
  readonly engines: readonly string[];
  readonly partials: readonly FoundPartial[];
  /** Beyond this age a partial goes even if its digest is wanted: whatever it waits for does not come. */
  readonly partialMaxAgeMs: number;
}

/** What may go, in this order: a release before the entries it links to. */
export interface GarbagePlan {
  readonly releases: readonly string[];
  readonly stored: readonly string[];
  readonly engines: readonly string[];
  /** Digests whose partial download goes. */
  readonly partials: readonly string[];
}

/**
 * Decides what nobody needs any more. Invariant: nothing that a kept release or the twin names is in the plan; where it is
 * not known what a kept release names, the store stays as it is.
 */
export function planGarbage(input: GarbageInput): GarbagePlan {
  const { kept, wanted, partialMaxAgeMs } = input;
  const keptIds = new Set(kept.map(({ id }) => id));
  const named = new Set([...wanted, ...kept.flatMap(({ digests }) => digests ?? [])]);
  // A cut between an entry's getting its name and its download's going.
  const arrived = new Set(input.stored.filter(({ damaged }) => !damaged).map(({ digest }) => digest));
  const linked = new Set(kept.flatMap(({ entries }) => entries));
  // Damaged content stays as long as a kept release leads to it: it may be in use, and nothing better has come yet.
  const isUnused = ({ name, digest, damaged }: FoundEntry): boolean =>
    !linked.has(name) && (damaged || !named.has(digest));
  const allKnown = kept.every(({ digests }) => digests !== undefined);
  return {
    releases: input.releases.filter((id) => !keptIds.has(id)),
    stored: allKnown ? input.stored.filter(isUnused).map(({ name }) => name) : [],
    engines: allKnown ? input.engines.filter((name) => !kept.some(({ engines }) => engines.includes(name))) : [],
    partials: input.partials
      .filter(({ digest, ageMs }) => !wanted.has(digest) || arrived.has(digest) || ageMs > partialMaxAgeMs)
      .map(({ digest }) => digest),
  };
}
