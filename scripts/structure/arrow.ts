/** An import between files of ours; paths from the root of the repository. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** An import that the rules forbid. */
export interface Violation extends Arrow {
  readonly rule: string;
  /** What to do instead. */
  readonly comment: string;
}
