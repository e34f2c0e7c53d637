/** The agent's time: real outside of tests. */
export interface AgentClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once after `delayMs`; what it returns takes that back. */
  after(delayMs: number, call: () => void): () => void;
}

/** The machine's clock. Waiting does not keep the process alive: the modules' processes do. */
export function systemClock(): AgentClock {
  return {
    now: () => Date.now(),
    after(delayMs, call) {
      const timer = setTimeout(call, delayMs).unref();
      return () => clearTimeout(timer);
    },
  };
}
