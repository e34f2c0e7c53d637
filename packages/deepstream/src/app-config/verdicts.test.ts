import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkAppConfig } from './index.ts';

/** What DeepStream 9.1's own parser says to variants of one config; made by compiling it. */
const folder = new URL('../../../../../shared/data/', import.meta.url);
const here = existsSync(new URL('app-config-verdicts.jsonl', folder));

interface Verdict {
  readonly name: string;
  readonly changes: readonly { readonly from: number; readonly remove: number; readonly insert: readonly string[] }[];
  readonly accepted: boolean;
}

const present = 'a.mp4 labels.txt mc.txt br.txt an.txt pp.txt pg.txt sg.txt tr.yml m.onnx m.onnx_b1_gpu0_fp16.engine';

function refused(text: string): boolean {
  const names = new Set(present.split(' ').map((name) => `/fz/${name}`));
  const report = checkAppConfig({
    path: '/fz/app.txt',
    files: {
      read: (path) => (path === '/fz/app.txt' ? new TextEncoder().encode(text) : undefined),
      exists: (path) => (path.startsWith('/fz/') ? names.has(path) || path === '/fz' : false),
    },
  });
  return report.diagnostics.some(({ stage }) => stage === 'parser');
}

describe.skipIf(!here)("findings of stage parser against DeepStream 9.1's verdicts (need ../shared/data)", () => {
  const base = here ? readFileSync(new URL('app-config-verdicts-base.txt', folder), 'utf8').split('\n') : [];
  const verdicts = here
    ? readFileSync(new URL('app-config-verdicts.jsonl', folder), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Verdict)
    : [];
  const variant = ({ changes }: Verdict): string => {
    const lines = [...base];
    for (const { from, remove, insert } of changes.toSorted((a, b) => b.from - a.from)) {
      lines.splice(from - 1, remove, ...insert);
    }
    return lines.join('\n');
  };

  test('nothing is refused that it accepts, and all is that it refuses', () => {
    expect(verdicts.length).toBeGreaterThan(600);
    const wrong = verdicts.filter((verdict) => refused(variant(verdict)) === verdict.accepted);
    expect(wrong.map(({ name, accepted }) => `${name}: ${accepted ? 'accepted' : 'refused'}`)).toEqual([]);
  });
});
