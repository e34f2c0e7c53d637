/** The text, or its beginning with `…` where it is longer than `maxLength` UTF-16 units; no character is cut in two. */
export function clip(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = maxLength - 1;
  const unit = text.charCodeAt(end - 1);
  const splitsPair = unit >= 0xd800 && unit < 0xdc00;
  return `${text.slice(0, splitsPair ? end - 1 : end)}…`;
}
