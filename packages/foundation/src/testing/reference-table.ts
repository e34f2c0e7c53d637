import { readFile } from 'node:fs/promises';

/** Words in backticks in the first column of the table of a page's section; of `a.b` the first part. */
export async function firstColumn(page: URL, section: string): Promise<readonly string[]> {
  const text = (await readFile(page, 'utf8')).split(`## ${section}\n`)[1]?.split('\n## ')[0] ?? '';
  const cells = text.split('\n').map((line) => line.split('|')[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([A-Za-z]+)/g)].map((match) => match[1] ?? ''));
}
