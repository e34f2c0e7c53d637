import type { Arrow } from './arrow.ts';
import { packages, partOf, testOnly } from './floors.ts';

/** The drawings of docs/architecture.md by the name of their section: of the packages, and of the inside of each with floors. */
export function drawings(arrows: readonly Arrow[]): ReadonlyMap<string, string> {
  const tests = new RegExp(testOnly);
  const production = arrows.filter(({ from, to }) => !tests.test(from) && !tests.test(to));
  const inside = packages
    .filter(({ floors }) => Object.keys(floors).length > 0)
    .map((one) => {
      const drawn = flowchart(
        between(production, (file) => partOf(one, file)),
        Object.keys(one.floors),
      );
      return `### ${one.name}\n\n${drawn}`;
    });
  return new Map([
    [
      'floors-packages',
      flowchart(
        between(production, packageOf),
        packages.map(({ name }) => name),
      ),
    ],
    ['floors-inside', inside.join('\n\n')],
  ]);
}

/** Arrows between what files belong to, each once; files that belong nowhere are left out. */
function between(arrows: readonly Arrow[], owner: (file: string) => string | undefined): Arrow[] {
  const found = new Map<string, Arrow>();
  for (const arrow of arrows) {
    const from = owner(arrow.from);
    const to = owner(arrow.to);
    if (from !== undefined && to !== undefined && from !== to) found.set(`${from} ${to}`, { from, to });
  }
  return [...found.values()];
}

function packageOf(file: string): string | undefined {
  return packages.find(({ folder }) => file.startsWith(`${folder}/`))?.name;
}

/** A Mermaid flowchart; an arrow that others imply (a → b → c and a → c) is left out. */
function flowchart(arrows: readonly Arrow[], names: readonly string[]): string {
  const id = (name: string): string => `n${names.indexOf(name)}`;
  const nodes = names.map((name) => `  ${id(name)}["${name}"]`);
  const lines = reduced(arrows).map(({ from, to }) => `  ${id(from)} --> ${id(to)}`);
  return ['```mermaid', 'flowchart TB', ...nodes, ...lines.sort(), '```'].join('\n');
}

function reduced(arrows: readonly Arrow[]): Arrow[] {
  const targets = (from: string): string[] => arrows.filter((arrow) => arrow.from === from).map(({ to }) => to);
  return arrows.filter(({ from, to }) => {
    const reached = new Set(targets(from).filter((next) => next !== to));
    for (const next of reached) for (const further of targets(next)) reached.add(further);
    return !reached.has(to);
  });
}
