/** g_ascii_isspace: the C locale's white space without vertical tab. */
export function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 12 || code === 13;
}

/** GLib's rule for group names: not empty, no brackets, no ASCII control characters. Spaces count, also at the ends. */
export function isGroupName(name: string): boolean {
  if (name.length === 0) return false;
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i);
    if (code < 32 || code === 127 || code === 0x5b || code === 0x5d) return false;
  }
  return true;
}

/** GLib's rule for key names: no `=`, no brackets but a locale at the end (`name[de]`), no space at either end of the name. */
export function isKeyName(name: string): boolean {
  const stop = name.search(/[=[\]\0]/);
  const base = stop < 0 ? name : name.slice(0, stop);
  if (base.length === 0 || base.startsWith(' ') || base.endsWith(' ')) return false;
  return stop < 0 || /^\[[\p{L}\p{N}\-_.@]*\]$/u.test(name.slice(stop));
}

/**
 * Whether GLib drops the key as a translation into another language. DeepStream loads without
 * G_KEY_FILE_KEEP_TRANSLATIONS, so only keys of the process's own language stay; this reads as its containers run, in
 * the C locale.
 */
export function isForeignTranslation(key: string): boolean {
  const bracket = key.lastIndexOf('[');
  if (bracket < 0 || key.length - bracket <= 2) return false;
  return key.slice(bracket + 1, -1).toLowerCase() !== 'c';
}
