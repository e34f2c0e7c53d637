export { Outbox, type OutboxStats } from './outbox.ts';
export { MemoryStorage, openStorage, type Storage } from './storage.ts';
