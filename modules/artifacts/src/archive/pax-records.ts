/** One record of an extended header. */
export interface PaxRecord {
  readonly key: string;
  readonly value: Buffer;
}

/** What is wrong with an extended header's text. */
export const brokenPax = 'has a broken extended header';

const space = 0x20;
const equals = 0x3d;
const lineEnd = 0x0a;
/** Of a record's length: more than any header may hold. */
const maxDigits = 8;

/**
 * The records of an extended header by their own lengths, `<length> <key>=<value>\n`, so that a value may hold anything, line
 * ends and NULs too (POSIX.1-2017, pax, "Extended Header"). Undefined where a length does not fit.
 */
export function paxRecords(body: Buffer): readonly PaxRecord[] | undefined {
  const records: PaxRecord[] = [];
  for (let at = 0; at < body.length;) {
    const digitsEnd = body.indexOf(space, at);
    const digits = digitsEnd < 0 ? '' : body.toString('latin1', at, Math.min(digitsEnd, at + maxDigits + 1));
    const end = at + Number(/^\d+$/.test(digits) && digits.length <= maxDigits ? digits : Number.NaN);
    // A length that is no number is not below anything.
    if (!(end <= body.length) || end <= digitsEnd + 1 || body[end - 1] !== lineEnd) return undefined;
    const keyEnd = body.indexOf(equals, digitsEnd);
    if (keyEnd < 0 || keyEnd >= end) return undefined;
    records.push({ key: body.toString('utf8', digitsEnd + 1, keyEnd), value: body.subarray(keyEnd + 1, end - 1) });
    at = end;
  }
  return records;
}

/** The text of an extended header. */
export function paxText(records: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const rest = Buffer.from(` ${key}=${value}\n`);
      // The length counts its own digits.
      let length = rest.length + 1;
      while (rest.length + String(length).length !== length) length = rest.length + String(length).length;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}
