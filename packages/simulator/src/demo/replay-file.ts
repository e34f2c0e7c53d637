import { readFile } from 'node:fs/promises';
import { SimulatorError } from '../device/simulator-error.ts';

/** The hub takes no more in one message, properties included. */
const maxMessageBytes = 256 * 1024;

/**
 * Counts the messages of a JSON-lines file that is to be replayed; blank lines are none. Throws `REPLAY_UNREADABLE`, or
 * `REPLAY_UNSENDABLE` for a file without messages and for a line that the hub would refuse.
 */
export async function countReplayMessages(file: string): Promise<number> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SimulatorError('REPLAY_UNREADABLE', `--replay ${file} can't be read: ${reason}`, { cause });
  }
  let messages = 0;
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    messages++;
    const bytes = Buffer.byteLength(line);
    if (bytes < maxMessageBytes) return;
    const reason = `${bytes} bytes, and the hub takes no message of ${maxMessageBytes} or more`;
    throw new SimulatorError('REPLAY_UNSENDABLE', `--replay ${file}:${index + 1}: ${reason}`);
  });
  if (messages === 0) throw new SimulatorError('REPLAY_UNSENDABLE', `--replay ${file} holds no message`);
  return messages;
}
