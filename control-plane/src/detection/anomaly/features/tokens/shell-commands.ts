import { NameTrust, shapeName } from '../paths/name-shape.ts';
import { tellingWords } from './telling-words.ts';

const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'fish', 'busybox']);
/** Words behind which another command begins. */
const OPENERS = new Set([
  'if',
  'then',
  'else',
  'elif',
  'do',
  'while',
  'until',
  '!',
  '{',
  'exec',
  'command',
  'nohup',
  'time',
  'env',
  'eval',
  'builtin',
]);
/** Words that are no commands. */
const KEYWORDS = new Set([
  'fi',
  'done',
  'esac',
  'case',
  'for',
  'in',
  'function',
  'select',
  '}',
  '[[',
  ']]',
  '[',
  ']',
  'test',
  'true',
  'false',
  ':',
]);
const SEPARATORS = /\|\||&&|[;|&\n()`]|\$\(/;
/** Has the sign of a command that runs beside in it. */
const REDIRECTION = /[<>]&|&>/g;
/** As commands are called. */
const NAME = /^[\w.+@%:-]+$/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*\+?=/;
const MOST_COMMANDS = 16;
const LONGEST_SCRIPT = 4096;

/** Whether a program is a shell, by its path. */
export const isShell = (program: string): boolean => SHELLS.has(program.slice(program.lastIndexOf('/') + 1));

/**
 * The commands that a script calls, each once, and words in it that say more than these. Not a parser: what stands at the
 * beginning of a command is taken for its name, whatever quotes say.
 */
export function shellCommands(script: string): string[] {
  const found = new Set<string>();
  for (const part of script.slice(0, LONGEST_SCRIPT).replace(REDIRECTION, ' > ').split(SEPARATORS)) {
    if (found.size >= MOST_COMMANDS) break;
    const command = firstCommand(part);
    if (command !== '') found.add(command);
  }
  const telling = tellingWords(script);
  return [...found, ...(telling === '' ? [] : [telling.trim()])];
}

function firstCommand(part: string): string {
  for (const word of part.trim().split(/\s+/)) {
    if (word === '' || OPENERS.has(word) || ASSIGNMENT.test(word)) continue;
    if (KEYWORDS.has(word) || /^[<>#'"$\\]/.test(word) || !/[A-Za-z]/.test(word)) return '';
    const name = word.slice(word.lastIndexOf('/') + 1).replace(/['"]/g, '');
    return !NAME.test(name) ? '' : shapeName(name, NameTrust.usual).slice(0, 32);
  }
  return '';
}
