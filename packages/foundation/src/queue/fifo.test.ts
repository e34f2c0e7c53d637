import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

test('behaves as a plain array with push and shift', () => {
  const commands = fc.array(fc.oneof(fc.integer(), fc.constant('shift' as const)), { maxLength: 200 });
  fc.assert(
    fc.property(commands, (list) => {
      const queue = new Fifo<number>();
      const plain: number[] = [];
      const taken: unknown[] = [];
      const expected: unknown[] = [];
      for (const command of list) {
        if (command === 'shift') {
          taken.push(queue.shift());
          expected.push(plain.shift());
        } else {
          queue.push(command);
          plain.push(command);
        }
        taken.push(queue.size, queue.peek());
        expected.push(plain.length, plain[0]);
      }
      expect([taken, [...queue]]).toEqual([expected, plain]);
    }),
  );
});

test('gives back the places of what was taken, and forgets all when cleared', () => {
  const queue = new Fifo<number>();
  for (let index = 0; index < 5000; index++) queue.push(index);
  for (let index = 0; index < 4990; index++) expect(queue.shift()).toBe(index);
  expect([...queue]).toEqual([4990, 4991, 4992, 4993, 4994, 4995, 4996, 4997, 4998, 4999]);
  queue.clear();
  expect([queue.size, queue.peek(), queue.shift()]).toEqual([0, undefined, undefined]);
});
