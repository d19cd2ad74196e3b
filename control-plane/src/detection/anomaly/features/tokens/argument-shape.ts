import { isWordy, NameTrust, shapeName } from '../paths/name-shape.ts';
import { pathClass } from '../paths/path-class.ts';
import { networkOfText, portClass } from './peer-class.ts';
import { isShell, shellCommands } from './shell-commands.ts';
import { tellingWords } from './telling-words.ts';

/** Different pieces told of one command line. */
const MOST_PIECES = 24;
/** Arguments looked at. */
const MOST_ARGUMENTS = 256;
const LONGEST_WORD = 20;
/** What compilers take in endless variety behind one letter. */
const COMPILER = /^-[DILOUWflm]./;
const SHORT_FLAGS = /^-[A-Za-z]{1,4}$/;
const SINGLE_DASH = /^-[A-Za-z][\w-]*$/;
const URL = /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/]*@)?([^/:?#]+)/i;
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_.-]*)=/;
const ADDRESS = /^(?:(\d+\.\d+\.\d+\.\d+)|\[?([0-9a-f]*:[0-9a-f:]*:[0-9a-f]*)\]?)(?::(\d+)|\/\d+)?$/i;
/** Flags behind which a program text stands. */
const CODE_FLAG = /^(?:-c|-e|-r|-E|--eval|--command|--execute|-[a-z]*c)$/;

/**
 * What a command line has in common with those of the same work done again: for each argument its kind, without order, as
 * `-xzf`, `/srv/backup` and `--checkpoint-action` of tar. Scripts of a shell are the commands they call.
 */
export function argumentShape(program: string, args: readonly string[]): string[] {
  const pieces = new Set<string>();
  const isShellProgram = isShell(program);
  let isCode = false;
  for (const argument of args.slice(1, MOST_ARGUMENTS)) {
    if (pieces.size >= MOST_PIECES) break;
    if (isCode) for (const piece of codePieces(argument, isShellProgram)) pieces.add(piece);
    else pieces.add(pieceOf(argument));
    isCode = !isCode && CODE_FLAG.test(argument);
  }
  return [...pieces].slice(0, MOST_PIECES);
}

function codePieces(code: string, isShellProgram: boolean): string[] {
  if (isShellProgram) return shellCommands(code).map((command) => `run ${command}`);
  return isCodeText(code) ? [`code${tellingWords(code)}`] : [pieceOf(code)];
}

const isCodeText = (text: string): boolean => /[\s(){};|<>"'`]/.test(text);

/** Arguments of which the piece is remembered; when there are more, all are forgotten. */
const MOST_KNOWN = 8192;
const LONGEST_KNOWN = 200;
const known = new Map<string, string>();

function pieceOf(argument: string): string {
  const found = known.get(argument);
  if (found !== undefined) return found;
  const piece = makePiece(argument);
  if (argument.length > LONGEST_KNOWN) return piece;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(argument, piece);
  return piece;
}

function makePiece(argument: string): string {
  if (argument === '' || argument === '-') return '""';
  if (argument.startsWith('-')) return flagOf(argument);
  return valueClass(argument);
}

function flagOf(flag: string): string {
  if (flag.startsWith('--')) return nameOfFlag(flag);
  if (COMPILER.test(flag) && flag.length > 2)
    return SHORT_FLAGS.test(flag) && flag.length < 5 ? flag : `${flag.slice(0, 2)}*`;
  if (SHORT_FLAGS.test(flag)) return flag;
  if (/^-\d/.test(flag)) return '-*';
  const named = nameOfFlag(flag);
  return SINGLE_DASH.test(named) ? shapeName(named, NameTrust.usual) : `${flag.slice(0, 2)}*`;
}

/** The name alone, which may be of any length only for who wants to flood. */
function nameOfFlag(flag: string): string {
  const end = flag.indexOf('=');
  const name = end < 0 ? flag : flag.slice(0, end);
  const value = end < 0 ? '' : flag.slice(end + 1);
  // what tar and their kin are told to run
  const run = /^(?:exec|sh |sh$|\/)/.test(value) && value !== '' ? `=${valueClass(value)}` : '';
  return name.length > 40 ? '--*' : `${shapeName(name, NameTrust.usual)}${run}`;
}

/** The kind of a value: a number, a URL by its host, a path by its first folders, a word as it is, all else `*`. */
export function valueClass(value: string): string {
  if (/^[+-]?\d+(?:\.\d+)?[a-zA-Z%]{0,2}$/.test(value)) return '#';
  const url = URL.exec(value);
  if (url) return `${url[1]?.toLowerCase()}://${shapeName(url[2] ?? '', NameTrust.usual)}`;
  if (isCodeText(value)) return `*${tellingWords(value)}`;
  const assigned = ASSIGNMENT.exec(value);
  if (assigned) return `${shapeName(assigned[1] ?? '', NameTrust.usual)}=`;
  if (value.startsWith('@')) return `@${valueClass(value.slice(1))}`;
  if (value.startsWith('/')) return shortPath(value);
  const address = ADDRESS.exec(value);
  if (address) return addressClass(address[1] ?? address[2] ?? '', address[3]);
  return wordClass(value);
}

function addressClass(address: string, port: string | undefined): string {
  const network = networkOfText(address);
  return port === undefined ? network : `${network}:${portClass(Number(port))}`;
}

/** Two folders and the kind of the file: more would be another class for every file of a tree. */
function shortPath(path: string): string {
  const names = pathClass(path, 'read').split('/');
  const last = names.at(-1) ?? '';
  if (names.length <= 4) return names.join('/');
  const ending = /\.[A-Za-z][A-Za-z0-9]{0,5}$/.exec(last)?.[0] ?? '';
  return `${names.slice(0, 3).join('/')}/**${ending}`;
}

function wordClass(word: string): string {
  const ending = /\.[A-Za-z][A-Za-z0-9]{0,5}$/.exec(word)?.[0] ?? '';
  if (word.includes('/')) return `**${ending}`;
  if (ending !== '') return `*${ending}`;
  const shaped = shapeName(word, NameTrust.usual);
  return shaped.length <= LONGEST_WORD && isWordy(shaped) ? shaped : '*';
}
