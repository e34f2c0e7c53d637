import type { Debugger } from 'node:inspector';
import type { ScriptMap } from './script-map.ts';

/** From names in the script to names in the source, for those that differ. */
export type ScopeNames = ReadonlyMap<string, string>;

/**
 * The variables that the bundler gave another name (`artifact2`) within a scope. VS Code finds their names in the source
 * map, as this does (launch option `sourceMapRenames`, on by default).
 */
export function scopeNames(text: string, map: ScriptMap, scope: Debugger.Scope | undefined): ScopeNames {
  const names = new Map<string, string>();
  const { startLocation: start, endLocation: end } = scope ?? {};
  if (start === undefined || end === undefined) return names;
  const lines = text.split('\n');
  for (const { name, lineNumber, columnNumber } of map.renamed()) {
    if (lineNumber < start.lineNumber || lineNumber > end.lineNumber) continue;
    if (lineNumber === start.lineNumber && columnNumber < (start.columnNumber ?? 0)) continue;
    if (lineNumber === end.lineNumber && columnNumber > (end.columnNumber ?? Number.POSITIVE_INFINITY)) continue;
    const inScript = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(lines[lineNumber]?.slice(columnNumber) ?? '')?.[0];
    if (inScript !== undefined && inScript !== name) names.set(inScript, name);
  }
  return names;
}
