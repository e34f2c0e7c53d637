import { expect, test } from 'vitest';
import { commands } from './commands/index.ts';
import { renderCliReference } from './index.ts';

test('the reference has every command with its usage, options and examples, and is the same each time', async () => {
  const reference = await renderCliReference();
  const headings = [...reference.matchAll(/^## companion (.*)$/gm)].map(([, name]) => name);
  expect(headings).toEqual(Object.keys(commands));
  expect(reference).toContain('companion apply --desired FILE --root DIR [options]');
  expect(reference).toContain('| `--codec CODEC` |');
  expect(await renderCliReference()).toBe(reference);
});
