import { lockVolume, type VolumeLock } from '../volume/lock.ts';

/** A process of the lock's test: tries once for every `try` that its parent sends, and tells what came of it. */
const [, , root = ''] = process.argv;
let lock: VolumeLock | undefined;
process.on('message', (order) => void obey(String(order)));
process.send?.('up');

async function obey(order: string): Promise<void> {
  if (order === 'try') {
    try {
      lock = await lockVolume(root, 'a test');
      process.send?.('held');
    } catch (error) {
      process.send?.(error instanceof Error && 'code' in error ? error.code : String(error));
    }
  }
  if (order === 'release') {
    await lock?.release();
    lock = undefined;
    process.send?.('released');
  }
}
