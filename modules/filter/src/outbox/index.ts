export { createOutbox, type OutboxStats } from './outbox.ts';
export { createMemoryStorage, openStorage, type Storage } from './storage.ts';
