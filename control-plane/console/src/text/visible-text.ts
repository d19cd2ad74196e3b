/** A stretch of text; `escaped` marks one that stands for a character nobody could see. */
export interface TextPart {
  readonly text: string;
  readonly escaped: boolean;
}

/**
 * Controls, format characters (bidirectional overrides, zero widths, tags), lone surrogates, line separators and
 * fillers that draw nothing. An attacker picks command lines and file names: such characters can reorder, hide or
 * fake what a page shows, and a newline that is copied into a terminal runs a command.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };

function escapeCharacter(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\u{${code.toString(16)}}`;
}

/** Text of an event with every invisible character spelled out, such as `\x1b` or `\u202e`. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, escapeCharacter);
}

/** The same as `visibleText`, in parts, so that a page can mark what was spelled out. */
export function visibleParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let last = 0;
  for (const match of text.matchAll(INVISIBLE)) {
    if (match.index > last) parts.push({ text: text.slice(last, match.index), escaped: false });
    parts.push({ text: escapeCharacter(match[0]), escaped: true });
    last = match.index + match[0].length;
  }
  if (last < text.length) parts.push({ text: text.slice(last), escaped: false });
  return parts;
}

/** Pretty JSON that stays valid JSON and in which invisible characters are `\uXXXX`. */
export function visibleJson(value: unknown): string {
  const json = JSON.stringify(value, null, 2) ?? 'null';
  return json.replace(INVISIBLE, (character) => {
    if (character === '\n') return character;
    let out = '';
    for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    return out;
  });
}
