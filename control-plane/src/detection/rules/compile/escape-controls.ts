/**
 * C0 and C1 controls, DEL, line and paragraph separators, and the characters that turn the direction of text: an event must
 * not steer the terminal or page that shows it.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be found
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Replaces control characters by \xNN or \uNNNN. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (char) => {
    const code = char.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}
