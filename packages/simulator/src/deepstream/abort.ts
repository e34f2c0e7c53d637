/** Resolves when the signal aborts, and keeps the process alive until then. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    // A promise alone doesn't keep a process alive.
    const alive = setInterval(() => undefined, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}

/** What the work comes to, or undefined when the signal aborts first; what the work comes to after that is not told. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const settled = new AbortController();
  work.catch(() => undefined);
  try {
    return await Promise.race([work, untilAborted(AbortSignal.any([signal, settled.signal])).then(() => undefined)]);
  } finally {
    settled.abort();
  }
}
