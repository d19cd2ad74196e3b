/** What a backslash and a letter stand for. */
const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const ESCAPE = /(?:\\x[0-9a-fA-F]{2})+|\\([\s\S])/g;

/**
 * The text that stands between quotes: `\n \r \t \b \f` are control characters, `\xHH` is a byte, `\\`, `\/` and the
 * escaped quote are themselves. Any other backslash stays, so that patterns like "\.ssh" and "\d+" can be written as they
 * are. Bytes in a row are read as UTF-8; those that are none read U+FFFD, as they do in events.
 */
export function unescapeText(inner: string, quote: string): string {
  if (!inner.includes('\\')) return inner;
  return inner.replace(ESCAPE, (whole, char: string | undefined) => {
    if (char === undefined) return Buffer.from(whole.replaceAll('\\x', ''), 'hex').toString('utf8');
    if (char === quote || char === '\\' || char === '/') return char;
    return CONTROLS[char] ?? whole;
  });
}
