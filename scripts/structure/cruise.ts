import { cruise, type ICruiseResult } from 'dependency-cruiser';
import type { Arrow, Violation } from './arrow.ts';
import { folderCycles } from './folder-cycles.ts';
import { arrowRules } from './rules.ts';
import { packages, partOf, testOnly } from './floors.ts';

/** What the repository imports, and what of that is forbidden. */
export interface Structure {
  readonly arrows: readonly Arrow[];
  readonly violations: readonly Violation[];
}

/** Reads every import of the repository below `root`, which is also the working directory of the process. */
export async function readStructure(root: string): Promise<Structure> {
  const ruleSet = arrowRules(root);
  const { output } = await cruise(['packages', 'modules', 'test', 'scripts'], {
    baseDir: root,
    ruleSet,
    validate: true,
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/node_modules/.*/node_modules/', '/dist/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  });
  if (typeof output === 'string') throw new TypeError('dependency-cruiser answered with a text');
  const arrows = arrowsOf(output);
  const comments = new Map(ruleSet.forbidden?.map(({ name, comment }) => [name, comment]));
  const found = output.summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    from,
    to,
    comment: comments.get(rule.name) ?? '',
  }));
  const files = output.modules.map(({ source }) => source);
  return { arrows, violations: [...found, ...folderCycles(arrows), ...withoutFloor(files)] };
}

function arrowsOf({ modules }: ICruiseResult): Arrow[] {
  return modules.flatMap(({ source, dependencies }) =>
    dependencies
      .filter(
        ({ resolved, couldNotResolve }) => !couldNotResolve && /^(packages|modules|test|scripts)\//.test(resolved),
      )
      .map(({ resolved }) => ({ from: source, to: resolved })),
  );
}

/** Files of a package with floors that belong to none of them. */
function withoutFloor(files: readonly string[]): Violation[] {
  const tests = new RegExp(testOnly);
  return packages
    .filter(({ floors }) => Object.keys(floors).length > 0)
    .flatMap((one) =>
      files
        .filter((file) => file.startsWith(`${one.folder}/src/`) && !tests.test(file) && partOf(one, file) === undefined)
        .map((file) => ({
          rule: 'no-floor',
          from: file,
          to: one.folder,
          comment: 'scripts/structure/floors.ts must give this folder or file a floor.',
        })),
    );
}
