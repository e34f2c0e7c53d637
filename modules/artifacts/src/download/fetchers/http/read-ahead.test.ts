import { randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { ReadAhead } from './read-ahead.ts';

async function allOf(body: Readable, bufferBytes: number): Promise<Buffer[]> {
  const reading = new ReadAhead(body, bufferBytes);
  const pieces: Buffer[] = [];
  // A piece is only lent.
  for (let piece = await reading.next(); piece !== undefined; piece = await reading.next()) {
    pieces.push(Buffer.from(piece));
    await new Promise(setImmediate);
  }
  return pieces;
}

test('bytes come whole and in order, however chunks and buffer fit', async () => {
  const bytes = randomBytes(100_000);
  for (const chunkBytes of [1000, 4096, 5000, 20_000]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
      bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
    );
    const pieces = await allOf(Readable.from(chunks), 4096);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(4096);
  }
});

test('what has come is handed on at once, without waiting for a full buffer', async () => {
  const body = new PassThrough();
  const reading = new ReadAhead(body, 4096);
  body.write('one');
  expect((await reading.next())?.toString()).toBe('one');
  body.end('two');
  expect((await reading.next())?.toString()).toBe('two');
  expect(await reading.next()).toBeUndefined();
});

test('an error comes after the bytes before it, and an early close is one', async () => {
  const body = new PassThrough();
  const reading = new ReadAhead(body, 4096);
  body.write('one');
  await new Promise(setImmediate);
  body.destroy();
  expect((await reading.next())?.toString()).toBe('one');
  await expect(reading.next()).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
});

test('a body that was cut before anybody read it fails, too', async () => {
  const body = new PassThrough();
  body.destroy();
  await new Promise(setImmediate);
  await expect(new ReadAhead(body, 4096).next()).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
});
