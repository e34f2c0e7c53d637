import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { packages } from '../../scripts/structure/floors.ts';
import { root } from './markdown.ts';

/** Names that a file takes from another; `all` where it is not said which. */
type Names = ReadonlySet<string> | 'all';

/**
 * The files that a file imports, from the root of the repository. An import through the index of a package, or of a
 * folder, leads to the files that define the imported names.
 */
export function importsOf(file: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { specifier, names } of statementsOf(file)) {
    const target = resolve(file, specifier);
    if (target !== undefined) for (const one of definers(target, names)) found.add(one);
  }
  return found;
}

/** The file itself, and what an index hands on of these names. */
function definers(file: string, names: Names): string[] {
  if (!file.endsWith('/index.ts')) return [file];
  const inside = statementsOf(file).filter(
    ({ handsOn }) => handsOn === 'all' || names === 'all' || meet(handsOn, names),
  );
  return [
    file,
    ...inside.flatMap(({ specifier }) => {
      const target = resolve(file, specifier);
      return target === undefined ? [] : definers(target, names);
    }),
  ];
}

function meet(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...some].some((name) => others.has(name));
}

interface Statement {
  readonly specifier: string;
  readonly names: Names;
  /** What it exports under the same statement. */
  readonly handsOn: Names;
}

function statementsOf(file: string): Statement[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest);
  const found: Statement[] = [];
  const nothing = new Set<string>();
  source.forEachChild((node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const bindings = node.importClause?.namedBindings;
      const names = bindings !== undefined && ts.isNamedImports(bindings) ? original(bindings.elements) : 'all';
      found.push({ specifier: node.moduleSpecifier.text, names, handsOn: nothing });
    }
    if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      const { exportClause } = node;
      const names =
        exportClause !== undefined && ts.isNamedExports(exportClause) ? original(exportClause.elements) : 'all';
      found.push({ specifier: node.moduleSpecifier.text, names, handsOn: names });
    }
  });
  return [...found, ...dynamicImports(source, nothing)];
}

function original(elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]): ReadonlySet<string> {
  return new Set(elements.map(({ propertyName, name }) => (propertyName ?? name).text));
}

function dynamicImports(node: ts.Node, handsOn: ReadonlySet<string>): Statement[] {
  const found: Statement[] = [];
  node.forEachChild((child) => void found.push(...dynamicImports(child, handsOn)));
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments;
    if (specifier !== undefined && ts.isStringLiteral(specifier))
      found.push({ specifier: specifier.text, names: 'all', handsOn });
  }
  return found;
}

/** The file that a specifier leads to; undefined for what is not ours. */
function resolve(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return join(dirname(from), specifier);
  const [, name = '', subpath = ''] = /^@companion\/([^/]+)(\/.*)?$/.exec(specifier) ?? [];
  const owner = packages.find((one) => one.name === name);
  if (owner === undefined) return undefined;
  const { exports = {} } = JSON.parse(readFileSync(join(root, owner.folder, 'package.json'), 'utf8')) as {
    readonly exports?: Readonly<Record<string, string>>;
  };
  const target = exports[`.${subpath}`];
  if (target === undefined || !existsSync(join(root, owner.folder, target))) return undefined;
  return join(owner.folder, target);
}
