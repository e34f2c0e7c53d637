import { dirname, relative } from 'node:path/posix';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packages, partOf, partsBelow, testOnly } from '../../scripts/structure/floors.ts';
import { floorRuleName } from '../../scripts/structure/rules.ts';
import { ScratchRepository } from './scratch-repository.ts';

/** A forbidden import: the file that gets it, and the rule that must find it. */
interface Mistake {
  readonly rule: string;
  readonly file: string;
  readonly line: string;
}

/** For each part of each package: an import of a part that it must not reach. */
async function upwardImports(repository: ScratchRepository): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  for (const one of packages) {
    const parts = Object.keys(one.floors);
    const production = (await repository.files(`${one.folder}/src`)).filter((file) => !new RegExp(testOnly).test(file));
    for (const part of parts) {
      const forbidden = parts.filter((other) => other !== part && !partsBelow(one, part).includes(other)).at(-1);
      if (forbidden === undefined) continue;
      const target = production.find((file) => partOf(one, file) === forbidden);
      if (target === undefined) throw new Error(`${one.name}: ${forbidden} has no file`);
      const file = `${one.folder}/src/${part}${part.endsWith('.ts') ? '' : '/scratch.ts'}`;
      const path = relative(dirname(file), target);
      const line = `import type {} from '${path.startsWith('.') ? path : `./${path}`}';`;
      mistakes.push({ rule: floorRuleName(one, part), file, line });
    }
  }
  return mistakes;
}

/** For each package but the topmost: an import of one that it must not use. */
function packageMistakes(): Mistake[] {
  return packages.flatMap((one) => {
    const forbidden = packages.find(({ name }) => name !== one.name && !one.uses.includes(name));
    if (forbidden === undefined) return [];
    const target = relative(`${one.folder}/src`, `${forbidden.folder}/src/scratch-target.ts`);
    return [
      { rule: `package:${one.name}`, file: `${one.folder}/src/scratch-package.ts`, line: `export * from '${target}';` },
    ];
  });
}

/** What the mistakes import. */
const targets: Readonly<Record<string, string>> = {
  'packages/edge/src/scratch-b.ts': "import type {} from './scratch-a.ts';",
  'packages/edge/src/scratch-c/four.ts': '',
  'packages/edge/src/scratch-d/two.ts': '',
  'packages/edge/src/testing/scratch-clock.ts': '',
};

const others: readonly Mistake[] = [
  { rule: 'cycle', file: 'packages/edge/src/scratch-a.ts', line: "import './scratch-b.ts';" },
  { rule: 'folder-cycle', file: 'packages/edge/src/scratch-c/one.ts', line: "import '../scratch-d/two.ts';" },
  { rule: 'folder-cycle', file: 'packages/edge/src/scratch-d/three.ts', line: "import '../scratch-c/four.ts';" },
  {
    rule: 'private-file',
    file: 'packages/cli/src/scratch-path.ts',
    line: "import type {} from '../../edge/src/index.ts';",
  },
  { rule: 'private-file', file: 'test/scratch-path.ts', line: "import type {} from '../packages/edge/src/index.ts';" },
  {
    rule: 'unresolved',
    file: 'packages/cli/src/scratch-deep.ts',
    line: "import type {} from '@companion/artifacts/src/main.ts';",
  },
  {
    rule: 'testing-in-production',
    file: 'packages/edge/src/scratch-testing.ts',
    line: "import './testing/scratch-clock.ts';",
  },
  { rule: 'azure-sdk', file: 'modules/filter/src/scratch-sdk.ts', line: "import type {} from 'azure-iot-device';" },
  { rule: 'phantom-dependency', file: 'modules/filter/src/scratch-phantom.ts', line: "import type {} from 'yauzl';" },
  { rule: 'phantom-dependency', file: 'packages/edge/src/scratch-dev.ts', line: "import type {} from 'vitest';" },
  {
    rule: 'manifest:edge',
    file: 'packages/edge/src/scratch-unlisted.ts',
    line: "import type {} from '@companion/deployment';",
  },
];

describe('The check of the arrows', () => {
  let repository: ScratchRepository;
  let mistakes: readonly Mistake[];
  let found: { readonly exitCode: number; readonly text: string };

  beforeAll(async () => {
    repository = await ScratchRepository.create();
    mistakes = [...others, ...packageMistakes(), ...(await upwardImports(repository))];
    for (const { file, line } of mistakes) await repository.append(file, line);
    for (const [file, line] of Object.entries(targets)) await repository.append(file, line);
    for (const { folder } of packages) await repository.append(`${folder}/src/scratch-target.ts`, '');
    found = await repository.check();
  }, 120_000);
  afterAll(() => repository.remove());

  it('fails', () => {
    expect(found.exitCode).toBe(1);
  });

  it('names each forbidden import with the rule that forbids it', () => {
    const missed = mistakes.filter(
      ({ rule, file }) => !violations(found.text).some((one) => one.rule === rule && covers(one.from, file)),
    );
    expect(missed).toEqual([]);
  });

  it('says that the drawing is stale', () => {
    expect(found.text).toContain('docs/architecture.md: the drawings are stale');
  });
});

/** A cycle is reported at one of its files, and one of folders at a folder. */
function covers(reported: string, file: string): boolean {
  return reported === file || file.startsWith(`${reported}/`);
}

function violations(text: string): { readonly from: string; readonly rule: string }[] {
  return [...text.matchAll(/^(\S+) → \S+\n {2}(\S+): /gm)].map(([, from = '', rule = '']) => ({ from, rule }));
}
