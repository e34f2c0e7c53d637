/*
 * The floors of the repository. Imports point downwards: between packages as `uses` says, inside a package from a row of
 * `floors` to a lower one. docs/architecture.md shows the drawing of what is really imported.
 */

/** A package of ours and what it may import. */
export interface Package {
  readonly name: string;
  /** From the root of the repository. */
  readonly folder: string;
  /** Names of our packages that its production code may import. */
  readonly uses: readonly string[];
  /**
   * Rows from the top down; each names folders and files of `src`. A part imports parts of lower rows, and no other part
   * of its own row. Empty: the package has no floors of its own.
   */
  readonly floors: readonly (readonly string[])[];
}

/** All packages, the lowest first. */
export const packages: readonly Package[] = [
  { name: 'deepstream', folder: 'packages/deepstream', uses: [], floors: [] },
  { name: 'edge', folder: 'packages/edge', uses: [], floors: [] },
  { name: 'deployment', folder: 'packages/deployment', uses: ['edge'], floors: [] },
  { name: 'artifacts', folder: 'modules/artifacts', uses: ['deepstream', 'edge'], floors: [] },
  { name: 'filter', folder: 'modules/filter', uses: ['deepstream', 'edge'], floors: [] },
  { name: 'simulator', folder: 'packages/simulator', uses: ['deepstream', 'edge', 'deployment'], floors: [] },
  {
    name: 'cli',
    folder: 'packages/cli',
    uses: ['deepstream', 'edge', 'deployment', 'artifacts', 'filter', 'simulator'],
    floors: [],
  },
];

/** The only folder that imports the Azure SDK. */
export const azureFolder = 'packages/edge/src/azure';

/** Matches the paths of what only tests use. */
export const testOnly = String.raw`\.(test|fixture|fake|double|contract)\.ts$|/testing/|^test/`;
