import type { Writable } from 'node:stream';
import type { Outlet, OutletCounts } from './outlet.ts';

/** Prints every message that another outlet sends, as the Azure adapter does (azure_module_client.cpp:281). */
export class ToldOutlet implements Outlet {
  readonly #outlet: Outlet;
  readonly #log: Writable;

  constructor(outlet: Outlet, log: Writable) {
    this.#outlet = outlet;
    this.#log = log;
  }

  get counts(): OutletCounts {
    return this.#outlet.counts;
  }

  async start(): Promise<void> {
    await this.#outlet.start();
    this.#log.write('nvds_msgapi_connect : connect success\n');
  }

  offer(topic: string, body: string | Uint8Array): void {
    this.#outlet.offer(topic, body);
    this.#tell(body);
  }

  send(topic: string, body: string | Uint8Array): Promise<void> {
    this.#tell(body);
    return this.#outlet.send(topic, body);
  }

  async stop(): Promise<void> {
    await this.#outlet.stop();
    this.#log.write('Disconnecting Azure..\n');
  }

  #tell(body: string | Uint8Array): void {
    this.#log.write('Message sent : ');
    this.#log.write(body);
    this.#log.write('\n');
  }
}
