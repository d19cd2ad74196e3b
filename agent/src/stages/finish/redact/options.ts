import { argumentsOf, shellCommands, type Word } from './command-words.ts';
import { PROGRAM_OPTIONS, type ProgramOption } from './program-options.ts';
import type { Regions } from './regions.ts';
import { isSecretName, isSecretOption } from './secret-names.ts';

/**
 * Hides secrets that are told by the option or variable they are given to.
 * @param text arguments with NUL between them
 * @param hint finds texts in which there may be a secret at all
 */
export function hideOptions(text: string, hint: RegExp, regions: Regions): void {
  const all = argumentsOf(text);
  hideInCommand(all, regions);
  for (const word of all)
    if (/\s/.test(word.text) && hint.test(word.text))
      for (const command of shellCommands(word)) hideInCommand(command, regions);
}

function hideInCommand(words: readonly Word[], regions: Regions): void {
  let options: readonly ProgramOption[] = [];
  // looked up once: who writes the command line must not choose how often all of it is searched
  const named = new Set(words.map(({ text }) => text));
  for (const [i, word] of words.entries()) {
    const next = words[i + 1];
    options = PROGRAM_OPTIONS.get(word.text.slice(word.text.lastIndexOf('/') + 1)) ?? options;
    if (takesSecret(word.text)) hideNext(next, regions);
    hideAssigned(word, regions);
    for (const option of options) if (applies(option, word, named)) hideOption(option, word, next, regions);
  }
}

/** `aws configure set aws_secret_access_key X` has a name where others have an option. */
const takesSecret = (text: string) =>
  text.startsWith('-') ? isSecretOption(text) : /^aws_(?:secret_access_key|session_token)$/i.test(text);

/** What looks like an option is no value: the one before took none. */
function hideNext(next: Word | undefined, regions: Regions): void {
  if (next && !next.text.startsWith('-')) regions.hide(next.begin, next.end);
}

/** `--password=all of it`, `DB_PASSWORD=all of it`. In lower case without dashes it may be one field of many. */
function hideAssigned({ text, begin, end }: Word, regions: Regions): void {
  if (!text.includes('=')) return;
  const name = /^(?:--?[A-Za-z][\w.-]{0,63}|[A-Z][A-Z0-9_]{0,63})(?==)/.exec(text)?.[0];
  if (name !== undefined && isSecretName(name)) regions.hide(begin + name.length + 1, end);
}

const applies = (option: ProgramOption, { text }: Word, named: ReadonlySet<string>) =>
  option.option.test(text) && (option.with === undefined || named.has(option.with));

function hideOption(option: ProgramOption, word: Word, next: Word | undefined, regions: Regions): void {
  const length = option.option.exec(word.text)?.[0].length ?? 0;
  const here = word.begin + length < word.end;
  if (here) hideValue({ ...word, begin: word.begin + length, text: word.text.slice(length) }, option, regions);
  else if (option.next && next) hideValue(next, option, regions);
}

function hideValue({ text, begin, end }: Word, { after }: ProgramOption, regions: Regions): void {
  const open = after === undefined ? 0 : text.indexOf(after) + 1;
  if (after === undefined || open > 0) regions.hide(begin + open, end);
}
