/** A place in a text; both count from 1, columns in UTF-16 units as editors show them. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** The position of a UTF-16 offset. */
export function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
