import { Aedes, type Client, type PublishPacket } from 'aedes';

type Done = (error?: Error) => void;

/**
 * aedes without its own distribution: what a module publishes ends at the hub, which decides by routes who gets it.
 * No subscription of another module, however it is spelled, can see it.
 */
export class EndpointBroker extends Aedes {
  override publish(packet: PublishPacket, clientOrDone: Client | Done | null, done?: Done): void {
    if (typeof clientOrDone === 'function' || clientOrDone === null) {
      super.publish(packet, typeof clientOrDone === 'function' ? clientOrDone : (done ?? (() => undefined)));
      return;
    }
    // Not at once: aedes would go on parsing inside of its parser.
    if (done !== undefined) queueMicrotask(done);
  }
}
