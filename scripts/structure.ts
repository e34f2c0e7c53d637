/*
 * `npm run structure` draws what imports what into docs/architecture.md. With --check it changes nothing, and fails
 * where an import points the wrong way, a folder has no floor, or the drawing is stale.
 */
import { updateSections } from './marked-sections.ts';
import { readStructure } from './structure/cruise.ts';
import { drawings } from './structure/drawing.ts';

const check = process.argv.includes('--check');
const { arrows, violations } = await readStructure(process.cwd());
for (const { rule, from, to, comment } of violations) console.error(`${from} → ${to}\n  ${rule}: ${comment}`);
const stale = await updateSections('docs/architecture.md', drawings(arrows), { check });
if (stale && check) console.error('docs/architecture.md: the drawings are stale; run `npm run structure`');
if (check && (stale || violations.length > 0)) process.exitCode = 1;
