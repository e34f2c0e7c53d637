/*
 * Stands between the socket and mqtt.js, which collects a packet before it looks at it, whatever its size. Reads fixed
 * headers alone (MQTT 3.1.1 and 5, 2.1: type and flags, then the length in one to four bytes):
 *
 *   header ──small──▶ pass ──▶ header        header ──a large PUBLISH──▶ topic ──▶ skip ──▶ header
 *
 * Invariants: what comes out is whole packets, in order; a large message never comes out. None of them is acknowledged:
 * we subscribe with quality of service 0, so a broker must not ask for it (3.1.1, 3.8.4). At most a topic is held.
 */
import { Buffer } from 'node:buffer';

/** A message that was left out. */
export interface LargeMessage {
  readonly topic: string;
  /** Of the packet behind its fixed header. */
  readonly sizeBytes: number;
}

interface LimiterOptions {
  /** Packets may have so many bytes behind their fixed header. */
  readonly maxBytes: number;
  readonly onLarge: (message: LargeMessage) => void;
}

const publish = 3;
const maxLengthBytes = 4;
/** Before a topic is its length. */
const topicLengthBytes = 2;

/** Takes a broker's bytes as they come. */
export class PacketLimiter {
  readonly #options: LimiterOptions;
  #mode: 'header' | 'pass' | 'topic' | 'skip' = 'header';
  /** The fixed header of the present packet, as far as it came. */
  #header: number[] = [];
  /** Bytes behind it. */
  #sizeBytes = 0;
  /** Those that have not come yet. */
  #leftBytes = 0;
  /** Of a large message: its beginning, up to the end of its topic. */
  #start: Buffer = Buffer.alloc(0);

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  /** What of these bytes may be read on. Throws where they are no MQTT, or a large packet that is no message. */
  push(chunk: Buffer): readonly Buffer[] {
    const out: Buffer[] = [];
    for (let at = 0; at < chunk.byteLength;) {
      at += this.#mode === 'header' ? this.#takeHeader(chunk.readUInt8(at), out) : this.#takeBody(chunk, at, out);
    }
    return out;
  }

  #takeHeader(byte: number, out: Buffer[]): number {
    this.#header.push(byte);
    if (this.#header.length > 1 && byte < 0x80) this.#begin(out);
    else if (this.#header.length > maxLengthBytes) throw new Error('the broker sent a packet without a valid length');
    return 1;
  }

  /** The fixed header is complete. */
  #begin(out: Buffer[]): void {
    const [first = 0, ...lengthBytes] = this.#header;
    this.#sizeBytes = lengthBytes.reduce((sum, byte, index) => sum + (byte & 0x7f) * 128 ** index, 0);
    this.#leftBytes = this.#sizeBytes;
    if (this.#sizeBytes <= this.#options.maxBytes) {
      out.push(Buffer.from(this.#header));
      this.#mode = 'pass';
      if (this.#sizeBytes === 0) this.#end();
    } else if (first >> 4 === publish) this.#mode = 'topic';
    else throw new Error(`the broker sent a packet of type ${first >> 4} with ${this.#sizeBytes} bytes`);
  }

  /** Resolves to how many bytes were taken. */
  #takeBody(chunk: Buffer, at: number, out: Buffer[]): number {
    const wanted = this.#mode === 'topic' ? this.#topicMissing() : this.#leftBytes;
    const part = chunk.subarray(at, at + Math.min(wanted, this.#leftBytes));
    this.#leftBytes -= part.byteLength;
    if (this.#mode === 'pass') out.push(part);
    else if (this.#mode === 'topic') this.#takeTopic(part);
    if (this.#leftBytes === 0) this.#end();
    return part.byteLength;
  }

  #takeTopic(part: Buffer): void {
    this.#start = Buffer.concat([this.#start, part]);
    if (this.#topicMissing() > 0) return;
    this.#options.onLarge({ topic: this.#start.toString('utf8', topicLengthBytes), sizeBytes: this.#sizeBytes });
    this.#mode = 'skip';
  }

  #topicMissing(): number {
    const known = this.#start.byteLength;
    return (known < topicLengthBytes ? 0 : this.#start.readUInt16BE(0)) + topicLengthBytes - known;
  }

  #end(): void {
    this.#mode = 'header';
    this.#header = [];
    this.#start = Buffer.alloc(0);
  }
}
