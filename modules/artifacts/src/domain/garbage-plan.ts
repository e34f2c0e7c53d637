/** A release that must stay runnable. */
export interface KeptRelease {
  readonly id: string;
  /** Digests of the store entries it names; undefined where its description can't be read. */
  readonly digests: readonly string[] | undefined;
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
  readonly stored: readonly string[];
  readonly partials: readonly FoundPartial[];
  /** Beyond this age a partial goes even if its digest is wanted: whatever it waits for does not come. */
  readonly partialMaxAgeMs: number;
}

/** What may go, in this order: a release before the entries it links to. */
export interface GarbagePlan {
  readonly releases: readonly string[];
  readonly stored: readonly string[];
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
  const arrived = new Set(input.stored);
  const allKnown = kept.every(({ digests }) => digests !== undefined);
  return {
    releases: input.releases.filter((id) => !keptIds.has(id)),
    stored: allKnown ? input.stored.filter((digest) => !named.has(digest)) : [],
    partials: input.partials
      .filter(({ digest, ageMs }) => !wanted.has(digest) || arrived.has(digest) || ageMs > partialMaxAgeMs)
      .map(({ digest }) => digest),
  };
}
