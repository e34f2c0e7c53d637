import { Header } from 'tar/header';
import { badArchive } from './archive-failure.ts';
import { tarNameText } from './name-text.ts';
import { brokenPax, paxRecords, type PaxRecord } from './pax-records.ts';
import { extendedHeader, hasPlainNames, namesOf, withoutNames } from './tar-block.ts';

/** All that decides what an entry is. The rest is attributes, times and comments, and may hold anything. */
type Telling = 'path' | 'linkpath' | 'size';

/** Letters of entries that only speak of the next one, or of all that follow. */
const extendedTypes = new Set(['x', 'X']);
const longPathTypes = new Set(['L', 'N']);
const longLinkType = 'K';
const globalType = 'g';

/** Of each of them: attributes of macOS can be long, names can't. */
export const maxMetaBytes = 1024 * 1024;

/** Whether an entry of this letter speaks of others and is none itself. */
export function isMetaType(type: string): boolean {
  return extendedTypes.has(type) || longPathTypes.has(type) || type === longLinkType || type === globalType;
}

/**
 * What extended headers and GNU long names say about the next entry. The tar package takes the text of an extended header
 * apart at line ends (7.5.23, pax.js, parseKV), so a value of several lines can give an entry a size or a name that its
 * author did not write. It is therefore given headers with nothing but what is read here by the records' lengths.
 */
export class NextEntry {
  /** The artifact's, for errors. */
  readonly #name: string;
  #facts: Partial<Record<Telling, string>> = {};

  constructor(name: string) {
    this.#name = name;
  }

  /** Takes the contents of an entry that speaks of others. Throws `BAD_ARCHIVE`. */
  add(type: string, body: Buffer): void {
    if (longPathTypes.has(type)) this.#set('path', this.#longName(body));
    else if (type === longLinkType) this.#set('linkpath', this.#longName(body));
    else for (const record of this.#recordsOf(body)) this.#take(record, type);
  }

  /** The entry's header as the tar package is to see it, with an extended header before it where it needs one. */
  headers(header: Buffer): Buffer {
    // What has a wrong sum is the package's to refuse.
    const plain = hasPlainNames(header) || !new Header(header).cksumValid;
    if (!plain) this.#takeNames(header);
    const facts = this.#facts;
    this.#facts = {};
    const shown = plain ? header : withoutNames(header);
    return Object.keys(facts).length === 0 ? shown : Buffer.concat([extendedHeader(facts), shown]);
  }

  /** An extended header goes before what is in the entry's own. */
  #takeNames(header: Buffer): void {
    const { path, linkpath } = namesOf(header);
    if (this.#facts.path === undefined) this.#set('path', tarNameText(path));
    if (this.#facts.linkpath === undefined && linkpath.length > 0) this.#set('linkpath', tarNameText(linkpath));
  }

  #take({ key, value }: PaxRecord, type: string): void {
    if (key.startsWith('GNU.sparse.')) {
      throw this.#bad('has a sparse file in it: pack it again without --sparse (bsdtar: with --no-read-sparse)');
    }
    if (key !== 'path' && key !== 'linkpath' && key !== 'size') return;
    if (type === globalType) throw this.#bad(`gives all its entries one ${key}`);
    const text = tarNameText(value);
    if (key === 'size' && !/^\d{1,15}$/.test(text)) throw this.#bad(brokenPax);
    this.#set(key, text);
  }

  #set(key: Telling, value: string): void {
    if (value.includes('\0')) throw this.#bad('has a name with a NUL in it');
    if (value.includes('\n')) throw this.#bad('has a name with a control character in it');
    if (value === '') throw this.#bad(`has an entry whose ${key} is empty`);
    const before = this.#facts[key];
    // Tools differ in which of the two they take.
    if (before !== undefined && before !== value) throw this.#bad(`gives one entry two values of ${key}`);
    this.#facts[key] = value;
  }

  #recordsOf(body: Buffer): readonly PaxRecord[] {
    const records = paxRecords(body);
    if (records === undefined) throw this.#bad(brokenPax);
    return records;
  }

  /** With NULs at its end. */
  #longName(body: Buffer): string {
    let end = body.length;
    while (end > 0 && body[end - 1] === 0) end -= 1;
    return tarNameText(body.subarray(0, end));
  }

  #bad(reason: string): Error {
    return badArchive(this.#name, reason);
  }
}
