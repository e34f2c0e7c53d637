import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCredential } from './credential.ts';
import { createCredentials } from './credentials.ts';

test('each kind of credential is what goes into the request', () => {
  expect(parseCredential('sas ?sv=1&sig=a%2Bb\n')).toEqual({ kind: 'query', query: 'sv=1&sig=a%2Bb' });
  expect(parseCredential('Bearer t0k')).toEqual({ kind: 'header', name: 'authorization', value: 'Bearer t0k' });
  expect(parseCredential('basic u:p')).toEqual({ kind: 'header', name: 'authorization', value: 'Basic dTpw' });
  expect(parseCredential('header X-Api-Key: k')).toEqual({ kind: 'header', name: 'x-api-key', value: 'k' });
});

test('what would split a header, and what is nothing of ours, is refused', () => {
  for (const text of ['', 'token', 'basic nobody', 'header x', 'bearer a\nx: y', 'sas a b', 'bearer ü']) {
    expect(parseCredential(text), text).toBeUndefined();
  }
});

test('a file goes before the environment, and a rotated one is taken at once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'secrets-'));
  const credentials = createCredentials({ directory, variables: { CREDENTIAL_MY_BLOB: 'bearer environment' } });
  expect(await credentials.read('my-blob')).toMatchObject({ value: 'Bearer environment' });
  await writeFile(join(directory, 'my-blob'), 'bearer one\n');
  expect(await credentials.read('my-blob')).toMatchObject({ value: 'Bearer one' });
  await writeFile(join(directory, 'my-blob'), 'bearer two\n');
  expect(await credentials.read('my-blob')).toMatchObject({ value: 'Bearer two' });
  await rm(directory, { recursive: true });
});

test('a missing or broken one is named, and its text is not', async () => {
  const credentials = createCredentials({ directory: undefined, variables: { CREDENTIAL_BAD: 'hush' } });
  await expect(credentials.read('../etc')).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
  const error: unknown = await credentials.read('bad').catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: 'CREDENTIAL_MISSING', facts: { credential: 'bad' } });
  expect((error as Error).message).not.toContain('hush');
});
