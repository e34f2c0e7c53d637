import type { Buffer } from 'node:buffer';
import { connect, isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

const defaultPort = 1883;
const defaultTlsPort = 8883;

/** Opens a connection to a broker; `ca` in PEM, without it the system's own authorities. */
export function connectBroker(url: string, ca: Buffer | undefined): Socket {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol !== 'mqtts:') return connect({ host, port: port === '' ? defaultPort : Number(port) });
  return connectTls({
    host,
    port: port === '' ? defaultTlsPort : Number(port),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
  });
}

/** A socket whose incoming bytes go through a filter; an error of either ends both. */
export class BrokerStream extends Duplex {
  readonly #socket: Socket;

  /** What `filter` throws ends the connection. */
  constructor(socket: Socket, filter: (chunk: Buffer) => readonly Buffer[]) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk, filter));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #take(chunk: Buffer, filter: (chunk: Buffer) => readonly Buffer[]): void {
    try {
      let wanted = true;
      for (const part of filter(chunk)) wanted = this.push(part);
      if (!wanted) this.#socket.pause();
    } catch (error) {
      this.destroy(error as Error);
    }
  }
}
