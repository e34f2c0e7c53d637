import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

/** Replaces the text between `<!-- generated NAME -->` and `<!-- end NAME -->`. Throws where the marks are missing. */
export function replaceSection(document: string, name: string, content: string): string {
  const begin = `<!-- generated ${name} -->`;
  const end = `<!-- end ${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the marks "${begin}" and "${end}" are missing`);
  return `${document.slice(0, from + begin.length)}\n\n${content}\n\n${document.slice(to)}`;
}

/** Fills in the sections of a Markdown file; resolves to whether it was stale. With `check`, the file is not written. */
export async function updateSections(
  file: string,
  sections: ReadonlyMap<string, string>,
  { check }: { readonly check: boolean },
): Promise<boolean> {
  const before = await readFile(file, 'utf8');
  let text = before;
  for (const [name, content] of sections) text = replaceSection(text, name, content);
  return updateFile(file, text, { check });
}

/** Writes a generated file, formatted as the repository is; resolves to whether it was stale. */
export async function updateFile(file: string, text: string, { check }: { readonly check: boolean }): Promise<boolean> {
  const formatted = await format(text, { ...(await resolveConfig(file)), filepath: file });
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (formatted === before) return false;
  if (!check) await writeFile(file, formatted);
  return true;
}
