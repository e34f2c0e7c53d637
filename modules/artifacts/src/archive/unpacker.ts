/** Unpacks an archive while its bytes arrive. */
export interface StreamUnpacker {
  /**
   * Resolves when there is room for more. Rejects with what is wrong with the archive, or with the volume's error.
   * A tar's chunk must stay as it is afterwards, a gzip's is the caller's again.
   */
  write(chunk: Buffer): Promise<void>;
  /** Resolves when the last entry is written (flushing is the tree writer's). */
  end(): Promise<void>;
  /** Stops wherever it is. */
  destroy(): Promise<void>;
}
