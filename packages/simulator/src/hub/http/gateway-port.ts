import { createServer as createHttpServer, type RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type Server, type TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import type { ServerCertificate } from '../identity/certificate.ts';

export interface GatewayPortOptions {
  readonly certificate: ServerCertificate;
  readonly log: Logger;
  readonly onMqtt: (connection: Duplex) => void;
  readonly onRequest: RequestListener;
}

/** How long a connection may stay silent after its TLS handshake. */
const firstByteTimeoutMs = 30_000;
/** The packet type of CONNECT, with which every MQTT connection begins; HTTP begins with a letter. */
const mqttConnect = 0x10;

/**
 * One TLS port for MQTT and HTTPS, told apart by the first byte: `GatewayHostName` names one port only, and the SDK
 * takes it for both. Not listening yet.
 */
export function createGatewayPort({ certificate, log, onMqtt, onRequest }: GatewayPortOptions): Server {
  const http = createHttpServer(onRequest);
  const server = createTlsServer({
    key: certificate.keyPem,
    cert: certificate.certificatePem,
    minVersion: 'TLSv1.2',
    noDelay: true,
  });
  server.on('tlsClientError', (error) => log.debug({ err: error }, 'tls handshake failed'));
  server.on('secureConnection', (socket) => {
    socket.on('error', (error) => log.debug({ err: error }, 'connection failed'));
    const timer = setTimeout(() => socket.destroy(), firstByteTimeoutMs);
    socket.once('close', () => clearTimeout(timer));
    const look = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      clearTimeout(timer);
      socket.off('readable', look);
      hand(socket, chunk);
    };
    socket.on('readable', look);
  });

  function hand(socket: TLSSocket, chunk: Buffer): void {
    socket.unshift(chunk);
    if (chunk[0] === mqttConnect) onMqtt(socket);
    else http.emit('connection', socket);
  }
  return server;
}
