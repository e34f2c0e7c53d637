import { EdgeError, type EdgeErrorCode } from '@companion/edge';

/**
 * Whose fault a failed send is. `hub`: nothing was sent, the hub is away. `entry`: this message can never be sent.
 * `refused`: it was not taken, and the error sees no point in another try. `doubtful`: no answer came, which says nothing
 * about whose fault it is; only what becomes of the next message does.
 */
export type Blame = 'hub' | 'entry' | 'refused' | 'doubtful';

const byCode: Readonly<Partial<Record<EdgeErrorCode, Blame>>> = {
  MESSAGE_TOO_LARGE: 'entry',
  SEND_FAILED: 'refused',
  SEND_TIMEOUT: 'doubtful',
  CONNECTION_LOST: 'doubtful',
};

/** Judges what `send` rejected with. What is no error of the hub's is one of the message: it could not even be written. */
export function blame(error: unknown): Blame {
  if (error instanceof EdgeError) return byCode[error.code] ?? 'hub';
  // The engine's words for a text that no URL, buffer or call can hold; another try is the same try.
  const hopeless = error instanceof URIError || error instanceof RangeError || error instanceof TypeError;
  return hopeless ? 'entry' : 'refused';
}
