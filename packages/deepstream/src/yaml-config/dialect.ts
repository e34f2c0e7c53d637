/**
 * A YAML config as the yaml library takes it: what yaml-cpp and OpenCV read beyond YAML 1.2 is replaced, character by
 * character, so that offsets stay.
 */
export function asTheYamlLibraryTakesIt(text: string): string {
  return withoutDirectives(withoutFlowTabs(text));
}

/**
 * `%YAML:1.0`, as OpenCV writes it, and `%YAML 1.2` stand in front of the first document, behind comments and blank lines
 * too, often with no `---` behind them. yaml-cpp skips such a line; here it becomes a comment.
 */
function withoutDirectives(text: string): string {
  const head = /^\u{feff}?(?:[ \t]*(?:#[^\n]*)?\r?\n|%[^\n]*\n)*(?:%[^\n]*)?/u.exec(text)?.[0] ?? '';
  return head.replace(/^(\u{feff}?)%YAML/gmu, '$1#YAML') + text.slice(head.length);
}

/** In brackets yaml-cpp takes a tab for a space at the start of a line, too. */
function withoutFlowTabs(text: string): string {
  if (!/\n[ ]*\t/.test(text)) return text;
  let depth = 0;
  let replaced = '';
  for (const line of text.split(/(?<=\n)/)) {
    replaced += depth > 0 ? line.replace(/^[ \t]+/, (space) => ' '.repeat(space.length)) : line;
    if (/^[ \t]*#/.test(line)) continue;
    for (const character of line) {
      if (character === '[' || character === '{') depth += 1;
      else if ((character === ']' || character === '}') && depth > 0) depth -= 1;
    }
  }
  return replaced;
}
