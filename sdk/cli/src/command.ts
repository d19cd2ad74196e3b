import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { messageOf } from '@picket/sdk';
import type { CliConfig } from './config.ts';
import { CliError } from './errors.ts';

/** Where a command prints and what tells it to end. */
export interface Io {
  /** One line of the result, to stdout. */
  readonly out: (line: string) => void;
  /** One line about the work, to stderr. */
  readonly note: (line: string) => void;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

export interface Arguments {
  readonly positionals: readonly string[];
  /** Options that take a text. */
  readonly text: Readonly<Record<string, string | undefined>>;
  /** Options that are given or not. */
  readonly flags: Readonly<Record<string, boolean | undefined>>;
  /** Options that take a text and may be given several times. */
  readonly lists?: Readonly<Record<string, readonly string[]>>;
}

/** One command: what it is called, what it takes, what it does. */
export interface Command {
  /** One or two words. */
  readonly name: string;
  /** What stands behind the name, as in a manual. */
  readonly usage: string;
  readonly summary: string;
  readonly options: ParseArgsOptionsConfig;
  /** Fewest and most positional arguments. */
  readonly positionals: readonly [number, number];
  /** @returns the exit code */
  run(config: CliConfig, args: Arguments, io: Io): Promise<number>;
}

/**
 * Finds the command that the words name and reads its arguments.
 * @throws CliError USAGE naming what is wrong
 */
export function parseCommand(
  commands: readonly Command[],
  words: readonly string[],
): { command: Command; args: Arguments } {
  const [first, second] = words;
  const command = commands.find(({ name }) => name === `${first} ${second}` || name === first);
  if (!command) throw new CliError('USAGE', unknown(commands, words));
  const rest = words.slice(command.name.split(' ').length);
  return { command, args: parseArguments(command, rest) };
}

function unknown(commands: readonly Command[], [first, second]: readonly string[]): string {
  const family = commands.filter(({ name }) => name.startsWith(`${first} `));
  const names = (family.length > 0 ? family : commands).map(({ name }) => name).join(', ');
  if (first === undefined) return `a command is missing: ${names}`;
  return `there is no command ${family.length > 0 && second ? `${first} ${second}` : first}: ${names}`;
}

function parseArguments(command: Command, rest: readonly string[]): Arguments {
  const line = `picket ${command.name} ${command.usage}`.trimEnd();
  try {
    const { values, positionals } = parseArgs({ args: [...rest], options: command.options, allowPositionals: true });
    const [fewest, most] = command.positionals;
    if (positionals.length < fewest) throw new Error('an argument is missing');
    if (positionals.length > most) throw new Error(`unexpected argument ${positionals[most]}`);
    const entries = Object.entries(values);
    const lists = entries.filter((entry): entry is [string, string[]] => Array.isArray(entry[1]));
    return {
      positionals,
      ...(lists.length > 0 && { lists: Object.fromEntries(lists) }),
      text: Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
      flags: Object.fromEntries(entries.filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean')),
    };
  } catch (cause) {
    // what Node says further is about arguments that begin with a dash
    const wrong = messageOf(cause).replace(/\. To specify a positional argument.*/s, '');
    throw new CliError('USAGE', `${wrong}; usage: ${line}`, { cause });
  }
}

/**
 * A number above 0 given as an option.
 * @throws CliError USAGE
 */
export function positiveNumber(args: Arguments, name: string): number | undefined {
  const text = args.text[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new CliError('USAGE', `--${name} takes a number above 0, not ${text}`);
}

/**
 * One of the words given as an option, in any case.
 * @throws CliError USAGE
 */
export function oneOf<T extends string>(args: Arguments, name: string, words: readonly T[]): T | undefined {
  const text = args.text[name];
  if (text === undefined) return undefined;
  const found = words.find((word) => word.toLowerCase() === text.toLowerCase());
  if (found) return found;
  throw new CliError('USAGE', `--${name} takes ${words.join(', ')}, not ${text}`);
}
