import { expect, test } from 'vitest';
import { CodedError } from './coded-error.ts';

class LampError extends CodedError<'LAMP_BROKEN' | 'LAMP_HOT'> {
  override readonly name = 'LampError';
}

test('a coded error carries code, facts and cause, and is not retryable unless it says so', () => {
  const cause = new Error('filament');
  const error = new LampError('LAMP_BROKEN', 'the lamp is broken', { facts: { watts: 60, socket: undefined }, cause });
  expect(error).toMatchObject({ name: 'LampError', code: 'LAMP_BROKEN', retryable: false, cause });
  expect(Object.keys(error.facts)).toEqual(['watts']);
  expect(new LampError('LAMP_HOT', 'the lamp is hot', { retryable: true }).retryable).toBe(true);
  expect(Object.hasOwn(new LampError('LAMP_HOT', 'hot'), 'cause')).toBe(false);
});
