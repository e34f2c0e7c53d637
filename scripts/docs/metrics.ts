import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';

/** A metric as the code registers it. */
export interface Metric {
  /** Without the prefix of the module. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

const types: readonly string[] = ['counter', 'gauge', 'histogram'] satisfies readonly Metric['type'][];

/** The metrics that the production code below a folder registers, sorted by name: `metrics.counter('name', 'help', ['label'])`. */
export async function metricsOf(folder: string): Promise<Metric[]> {
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !/(^|\/)testing\//.test(file),
  );
  const found = await Promise.all(
    files.map(async (file) =>
      registered(ts.createSourceFile(file, await readFile(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true)),
    ),
  );
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

function registered(node: ts.Node): Metric[] {
  const inside: Metric[] = [];
  node.forEachChild((child) => void inside.push(...registered(child)));
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return inside;
  const type = node.expression.name.text;
  const [name, help, labels] = node.arguments;
  if (!types.includes(type) || name === undefined || help === undefined) return inside;
  if (!ts.isStringLiteralLike(name) || !ts.isStringLiteralLike(help)) return inside;
  return [{ name: name.text, type: type as Metric['type'], help: help.text, labels: labelsOf(labels) }, ...inside];
}

/** The list itself, or `labels` of a histogram's options. */
function labelsOf(node: ts.Expression | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isArrayLiteralExpression(node)) return node.elements.filter(ts.isStringLiteralLike).map(({ text }) => text);
  if (!ts.isObjectLiteralExpression(node)) return [];
  const labels = node.properties.find((one) => ts.isPropertyAssignment(one) && one.name.getText() === 'labels');
  return labels !== undefined && ts.isPropertyAssignment(labels) ? labelsOf(labels.initializer) : [];
}
