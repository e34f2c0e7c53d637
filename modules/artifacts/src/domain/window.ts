/** A daily span of wall clock time in which DeepStream may be interrupted. */
export interface Window {
  /** Minutes since midnight at which it opens, 0–1439. */
  readonly fromMinute: number;
  /** Minutes since midnight at which it closes, itself outside; before `fromMinute` where the window spans midnight. */
  readonly toMinute: number;
  /** IANA name of the time zone. */
  readonly zone: string;
}

const minutesPerDay = 1440;
const msPerMinute = 60_000;
/** Clocks are set forward by at most two hours; a search that stops this much early can't jump over an opening. */
const cautionMinutes = 180;
/** A window of any length opens within two days, also around a change of the clocks. */
const horizonMinutes = 3 * minutesPerDay;

/** Reads `02:00-04:00 Europe/Berlin`; the zone is optional and then UTC. Returns what is wrong as a string. */
export function parseWindow(text: string): Window | string {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)(?: (\S+))?$/.exec(text);
  if (match === null) return 'must read like "02:00-04:00 Europe/Berlin"';
  const [, fromHour, fromMin, toHour, toMin, zone = 'UTC'] = match;
  const fromMinute = Number(fromHour) * 60 + Number(fromMin);
  const toMinute = Number(toHour) * 60 + Number(toMin);
  if (toMinute > minutesPerDay) return 'must end at 24:00 at the latest';
  if (fromMinute === toMinute % minutesPerDay) return 'must not begin and end at the same time';
  try {
    // The one list of zones that is always at hand.
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
  } catch {
    return `names a time zone that is not known: ${zone}`;
  }
  return { fromMinute, toMinute, zone };
}

/**
 * Whether the window is open at a moment (milliseconds since 1970). What the clock on the wall shows decides: when the
 * clocks are set back, an hour of the window comes twice; when they are set forward, a skipped hour does not come.
 */
export function isWindowOpen(window: Window, nowMs: number): boolean {
  return contains(window, createWallClock(window.zone)(nowMs));
}

/** Milliseconds from `nowMs` until the window is open; 0 while it is. */
export function msUntilWindow(window: Window, nowMs: number): number {
  const minuteOf = createWallClock(window.zone);
  if (contains(window, minuteOf(nowMs))) return 0;
  const startMs = Math.floor(nowMs / msPerMinute) * msPerMinute;
  let ahead = 1;
  while (ahead <= horizonMinutes) {
    const atMs = startMs + ahead * msPerMinute;
    const minute = minuteOf(atMs);
    if (contains(window, minute)) return atMs - nowMs;
    const toGo = (window.fromMinute - minute + minutesPerDay) % minutesPerDay;
    ahead += toGo > cautionMinutes ? toGo - cautionMinutes : 1;
  }
  return horizonMinutes * msPerMinute;
}

function contains({ fromMinute, toMinute }: Window, minute: number): boolean {
  return fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}

/** Minutes since midnight on the wall of a zone. */
function createWallClock(zone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (atMs) => {
    const [hour, minute] = format.format(atMs).split(':');
    return Number(hour) * 60 + Number(minute);
  };
}
