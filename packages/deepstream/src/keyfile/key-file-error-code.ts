/** Why GLib refuses to read a key file. */
export type KeyFileErrorCode =
  'invalid-line' | 'invalid-group-name' | 'invalid-key-name' | 'key-before-group' | 'unsupported-encoding';
