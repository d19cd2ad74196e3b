const MOST = 250;

/** Bytes that end lines, turn text around or change terminals. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HOSTILE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/g;

const written = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Makes text of a token: control characters are written out, and it is at most 250 characters long. */
export function cleanText(text: string): string {
  // what is far too long is cut first: writing it out would cost
  const short = text.length > MOST * 2 ? text.slice(0, MOST * 2) : text;
  const clean = HOSTILE.test(short) ? short.replace(HOSTILE, written) : short;
  return clean.length > MOST ? `${clean.slice(0, MOST - 1)}…` : clean;
}

/** Bytes of a token at most, its class included. */
const TOKEN_BYTES = 256;

/**
 * A token of a class, within its bound of bytes. Half of a character, which a cut leaves, is written as the same bytes
 * whatever it was: two tokens would be one when they are read back.
 */
export function tokenOf(kind: string, text: string): string {
  const token = `${kind}:${cleanText(text)}`.toWellFormed();
  // letters of more bytes than one are rare: measured only where they can matter
  if (token.length * 3 <= TOKEN_BYTES || Buffer.byteLength(token) <= TOKEN_BYTES) return token;
  let end = token.length;
  while (Buffer.byteLength(token.slice(0, end)) > TOKEN_BYTES - 3) end = Math.min(end - 1, Math.ceil(end * 0.95));
  return `${token.slice(0, end)}…`.toWellFormed();
}
