/** A word of a command line and where it stands. */
export interface Word {
  readonly text: string;
  readonly begin: number;
  readonly end: number;
}

/** The arguments of a text with NUL between them. */
export function argumentsOf(text: string): Word[] {
  const words: Word[] = [];
  for (let begin = 0; begin <= text.length; ) {
    const nul = text.indexOf('\0', begin);
    const end = nul < 0 ? text.length : nul;
    words.push({ text: text.slice(begin, end), begin, end });
    begin = end + 1;
  }
  return words;
}

const SHELL_WORD = /"[^"]*"|'[^']*'|[^\s"';|&()<>]+|[;|&()\n]/g;

/**
 * The commands inside an argument that is a command line itself, as for `sh -c`, or a variable that holds one: word
 * lists, quotes taken off. It is not a parser of shells: what it takes apart wrongly is hidden or shown wrongly, no more.
 */
export function shellCommands({ text, begin }: Word): Word[][] {
  const commands: Word[][] = [[]];
  const variable = /^[A-Za-z_]\w{0,63}=/.exec(text)?.[0].length ?? 0;
  for (const match of text.slice(variable).matchAll(SHELL_WORD)) {
    const at = begin + variable + match.index;
    const word = match[0];
    if (/^[;|&()\n]$/.test(word)) commands.push([]);
    else if (/^["']/.test(word)) commands.at(-1)?.push(placed(word.slice(1, -1), at + 1));
    else commands.at(-1)?.push(placed(word, at));
  }
  return commands;
}

const placed = (text: string, begin: number): Word => ({ text, begin, end: begin + text.length });
