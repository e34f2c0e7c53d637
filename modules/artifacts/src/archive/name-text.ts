import { isUtf8 } from 'node:buffer';

/** The upper half of code page 437, in which DOS and old Windows tools wrote (Unicode's CP437.TXT). */
const codePage437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/**
 * A name in a tar. Tars say nothing about how names are written: as UTF-8 today, and what is none was written under
 * Latin-1, which has no letters from 0x80 to 0x9f, or by a DOS or Windows tool. The same bytes always give the same name.
 */
export function tarNameText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return bytes.some((byte) => byte >= 0x80 && byte < 0xa0) ? codePage437Text(bytes) : bytes.toString('latin1');
}

function codePage437Text(bytes: Buffer): string {
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : codePage437.charAt(byte - 0x80))).join(
    '',
  );
}
