export { cloudEvent, eventMessage, eventSource } from './messages/cloud-event.ts';
export { nvidiaMessage } from './messages/nvidia-message.ts';
export { snapshotEvents, snapshotMessage, type SnapshotReason } from './messages/snapshot-message.ts';
