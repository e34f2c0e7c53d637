import { createServer } from 'node:net';

/** A TCP port on loopback that nobody listens on: `preferred` where that is still free, so that addresses stay what they were. */
export async function freePort(preferred?: number): Promise<number> {
  return (preferred === undefined ? undefined : await probe(preferred)) ?? (await probe(0)) ?? freePort();
}

function probe(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(undefined));
    // On all addresses, as the modules listen: a port that is taken on one of them is taken.
    server.listen(port, () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
