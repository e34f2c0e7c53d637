/** Nobody may send us away for longer. */
const maxMs = 3_600_000;

/** How long a Retry-After asks to wait, in milliseconds, at most an hour. A date counts from the answer's own Date: the device's clock may be wrong. */
export function retryAfterMs(retryAfter: string | null, date: string | null): number | undefined {
  const text = retryAfter?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.parse(date ?? '');
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), maxMs);
}
