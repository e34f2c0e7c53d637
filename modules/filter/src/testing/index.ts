export { openJournal } from '../outbox/journal.ts';
export { recall } from '../outbox/recall.ts';
