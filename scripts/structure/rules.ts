import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IFlattenedRuleSet, IRegularForbiddenRuleType } from 'dependency-cruiser';
import { azureFolder, packages, partsBelow, testOnly, type Package } from './floors.ts';

/** The rules for dependency-cruiser; `root` is the repository, whose package.json files say what may be imported. */
export function arrowRules(root: string): IFlattenedRuleSet {
  return {
    forbidden: [
      ...general,
      ...packages.flatMap((one) => [...packageRules(one), ...floorRules(one), ...manifestRules(one, root)]),
    ],
  };
}

/** The name of the rule that keeps a part of a package on its floor. */
export function floorRuleName({ name }: Package, part: string): string {
  return `floor:${name}/${part}`;
}

/** Patterns for the files of a part, and for those below it that are parts of their own. */
function partPatterns(
  { folder, floors }: Package,
  part: string,
): { readonly path: string; readonly pathNot: string[] } {
  const inside = Object.keys(floors).filter((other) => other.startsWith(`${part}/`));
  const pattern = (one: string): string => `^${literally(`${folder}/src/${one}`)}${one.endsWith('.ts') ? '$' : '/'}`;
  return { path: pattern(part), pathNot: inside.map(pattern) };
}

const general: readonly IRegularForbiddenRuleType[] = [
  forbid('cycle', 'Files must not import each other in a circle; type-only imports count.', {}, { circular: true }),
  forbid(
    'unresolved',
    'This import leads nowhere: packages are imported through their `exports`.',
    {},
    {
      couldNotResolve: true,
    },
  ),
  forbid(
    'private-file',
    'Another package is imported by its name, through its `exports`, never by a path.',
    { path: '^((?:packages|modules)/[^/]+)/' },
    {
      path: '^(?:packages|modules)/',
      pathNot: '^$1/',
      dependencyTypes: ['local'],
      dependencyTypesNot: ['aliased-workspace'],
    },
  ),
  forbid(
    'private-file',
    'Packages are imported by their name, through their `exports`; what tests need more is exported as `./testing`.',
    { path: '^(test|scripts)/' },
    { path: '^(?:packages|modules)/', dependencyTypes: ['local'], dependencyTypesNot: ['aliased-workspace'] },
  ),
  forbid(
    'testing-in-production',
    'Production code must not import what is for tests only.',
    { path: '^(packages|modules)/', pathNot: testOnly },
    { path: testOnly },
  ),
  forbid(
    'azure-sdk',
    `Only ${azureFolder} imports the Azure SDK; use the hub port of @companion/edge.`,
    { pathNot: [testOnly, `^${azureFolder}/`] },
    { path: '^node_modules/azure-iot-' },
  ),
  forbid(
    'phantom-dependency',
    'The package.json of the package must list this under "dependencies".',
    { path: '^(packages|modules)/', pathNot: testOnly },
    { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev', 'unknown'] },
  ),
];

function packageRules(one: Package): IRegularForbiddenRuleType[] {
  const others = packages.filter(({ name }) => name !== one.name && !one.uses.includes(name));
  if (others.length === 0) return [];
  const allowed = one.uses.length === 0 ? 'nothing of ours' : one.uses.join(', ');
  return [
    forbid(
      `package:${one.name}`,
      `${one.name} imports ${allowed} only (scripts/structure/floors.ts).`,
      { path: `^${literally(one.folder)}/`, pathNot: testOnly },
      { path: others.map(({ folder }) => `^${literally(folder)}/`) },
    ),
  ];
}

function floorRules(one: Package): IRegularForbiddenRuleType[] {
  return Object.keys(one.floors).flatMap((part) => {
    const below = partsBelow(one, part);
    const forbidden = Object.keys(one.floors).filter((other) => other !== part && !below.includes(other));
    const from = partPatterns(one, part);
    const comment = `${part} imports ${below.length === 0 ? 'no other part' : below.join(', ')} only (scripts/structure/floors.ts).`;
    return forbidden.map((other) => {
      const to = partPatterns(one, other);
      return forbid(
        floorRuleName(one, part),
        comment,
        { path: from.path, pathNot: [...from.pathNot, testOnly] },
        { path: to.path, pathNot: [...to.pathNot, testOnly] },
      );
    });
  });
}

/** dependency-cruiser does not compare workspace packages with package.json, so these rules do. */
function manifestRules(one: Package, root: string): IRegularForbiddenRuleType[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, one.folder, 'package.json'), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  const unlisted = packages.filter(({ name }) => name !== one.name && dependencies[`@companion/${name}`] === undefined);
  if (unlisted.length === 0) return [];
  return [
    forbid(
      `manifest:${one.name}`,
      `${one.folder}/package.json must list this package under "dependencies".`,
      { path: `^${literally(one.folder)}/`, pathNot: testOnly },
      { path: unlisted.map(({ folder }) => `^${literally(folder)}/`), dependencyTypesNot: ['local'] },
    ),
  ];
}

function forbid(
  name: string,
  comment: string,
  from: IRegularForbiddenRuleType['from'],
  to: IRegularForbiddenRuleType['to'],
): IRegularForbiddenRuleType {
  return { name, comment, severity: 'error', from, to };
}

function literally(path: string): string {
  return path.replaceAll('.', String.raw`\.`);
}
