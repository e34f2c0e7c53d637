import { wellFormed } from '@companion/foundation';

/** What DeepStream (from 9.1 on) says itself of a stream in trouble: `[source-list] enable-error-propagation`. */
export interface StreamFault {
  /** The sensor, by the id that `sensor-id-list` or the REST call gave it; null where it is about none (`N/A`). */
  readonly sensor: string | null;
  /** `critical` is an error of GStreamer's, `functional` a warning. */
  readonly severity: 'critical' | 'functional';
  /** Who says it: host name and address. */
  readonly source: string;
  /** What is wrong, in its words. */
  readonly text: string;
}

/** The message as a JSON object. Its `timestamp` has no zone, so the time of receipt has to do. */
interface FaultMessage {
  readonly stream_id: string;
  readonly type: 'CRITICAL' | 'FUNCTIONAL';
  readonly source?: unknown;
  readonly event: string;
}

/** Whether a JSON object is such a message. */
export function isFault(value: object): value is FaultMessage {
  const { stream_id: stream, type, event } = value as Partial<FaultMessage>;
  return typeof stream === 'string' && typeof event === 'string' && (type === 'CRITICAL' || type === 'FUNCTIONAL');
}

/** Reads such a message. */
export function readFault({ stream_id: stream, type, source, event }: FaultMessage): StreamFault {
  return {
    sensor: stream === 'N/A' ? null : wellFormed(stream),
    severity: type === 'CRITICAL' ? 'critical' : 'functional',
    source: typeof source === 'string' ? wellFormed(source) : '',
    text: wellFormed(event),
  };
}

/** What stands before each value, in the order and with the spaces of DeepStream's format string (deepstream_app.c). */
const marks = [
  '{\n  "stream_id" : "',
  '",\n  "timestamp" : "',
  '",\n  "type" : "',
  '",\n  "source" : "',
  '",\n  "event" : "',
] as const;
const last = '"\n}';

/**
 * Reads such a message from a text that is no JSON: DeepStream prints the values as they are, and GStreamer's words hold
 * quotes (`No such file "a.mp4"`). Undefined where the text is none; linear time.
 */
export function readUnescapedFault(text: string): StreamFault | undefined {
  const values: string[] = [];
  let from = 0;
  for (const [n, mark] of marks.entries()) {
    const at = n === 0 ? (text.startsWith(mark) ? 0 : -1) : text.indexOf(mark, from);
    if (at < 0) return undefined;
    if (n > 0) values.push(text.slice(from, at));
    from = at + mark.length;
  }
  const end = text.lastIndexOf(last);
  if (end < from || text.slice(end + last.length).trim() !== '') return undefined;
  const [stream = '', , type, source = ''] = values;
  const message = { stream_id: stream, type, source, event: text.slice(from, end) };
  return isFault(message) ? readFault(message) : undefined;
}
