/** How many messages went which way since the start. */
export interface OutletCounts {
  /** Acknowledged. */
  readonly sent: number;
  /** Never tried, because too many were on their way. */
  readonly dropped: number;
  /** Tried and not acknowledged; they may have arrived. */
  readonly failed: number;
}

/** Where messages leave the app. */
export interface Outlet {
  readonly counts: OutletCounts;
  /** Resolves when messages can be sent. Rejects where trying again can't help. */
  start(): Promise<void>;
  /** Sends, or drops where too many are on their way: video doesn't wait. */
  offer(topic: string, body: string | Uint8Array): void;
  /** Resolves when the message is acknowledged; rejects with the hub's error. */
  send(topic: string, body: string | Uint8Array): Promise<void>;
  /** Waits, within bounds, for what is on its way, then closes. */
  stop(): Promise<void>;
}
