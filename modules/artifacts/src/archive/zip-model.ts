/** Where a zip's first local header has what is read here, and how long the header is (APPNOTE 6.3.10, 4.3.7). */
const versionAt = 4;
const nameLengthAt = 26;
const headerBytes = 30;

/** What NumPy asks of readers, as it writes every entry with sizes of 64 bits; people's tools do so beyond 4 GB only. */
const zip64Version = 45;

/**
 * Whether a zip is a model or a program itself, whose reader wants the zip: PyTorch's `.pt`, Keras' `.keras`, NumPy's
 * `.npz`, Java's `.jar`. The first entry tells, not the name in the URL, so that the same bytes are always the same.
 * `head` is the file's first bytes. Sources: PyTorch's serialization notes ("torch.save file format"), Keras' saving_lib.py
 * (metadata.json first, stored as it is), NumPy's npyio (force_zip64), the JAR file specification.
 */
export function isZipModel(head: Buffer): boolean {
  if (head.length < headerBytes) return false;
  const nameEnd = headerBytes + head.readUInt16LE(nameLengthAt);
  if (nameEnd > head.length) return false;
  const name = head.toString('latin1', headerBytes, nameEnd);
  if (/^META-INF\/(?:MANIFEST\.MF)?$/.test(name)) return true;
  if (/^[^/]+\/(?:data|constants)\.pkl$/.test(name)) return true;
  if (/^[^/]+\.npy$/.test(name)) return head.readUInt16LE(versionAt) === zip64Version;
  return name === 'metadata.json' && head.includes('"keras_version"', nameEnd);
}
