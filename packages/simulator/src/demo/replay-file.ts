import { SimulatorError } from '../device/simulator-error.ts';
import { fileLines } from '../text/file-lines.ts';

/** The hub takes no more in one message, properties included. */
const maxMessageBytes = 256 * 1024;

/**
 * Counts the messages of a JSON-lines file that is to be replayed; blank lines are none. Throws `REPLAY_UNREADABLE`, or
 * `REPLAY_UNSENDABLE` for a file without messages and for a line that the hub would refuse.
 */
export async function countReplayMessages(file: string): Promise<number> {
  let messages = 0;
  try {
    for await (const { line, lineNumber } of fileLines(file)) {
      messages++;
      if (line.length < maxMessageBytes) continue;
      const reason = `${line.length} bytes, and the hub takes no message of ${maxMessageBytes} or more`;
      throw new SimulatorError('REPLAY_UNSENDABLE', `--replay ${file}:${lineNumber}: ${reason}`);
    }
  } catch (cause) {
    if (cause instanceof SimulatorError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SimulatorError('REPLAY_UNREADABLE', `--replay ${file} can't be read: ${reason}`, { cause });
  }
  if (messages === 0) throw new SimulatorError('REPLAY_UNSENDABLE', `--replay ${file} holds no message`);
  return messages;
}
