import { type EventCursor, FileFlag, ProcessExec } from '@picket/sdk';
import { pathClass } from '../paths/path-class.ts';
import { argumentShape } from './argument-shape.ts';
import { tokenOf } from './clean-text.ts';

/** Command lines of which the tokens are remembered; when there are more, all are forgotten. */
const MOST = 4096;
const known = new Map<string, readonly string[]>();

/**
 * The tokens of a program that was run: x, l and a. Equal ones are remembered, in all partitions together.
 * @param parent path of the program that ran it or a word for who did; empty when that is not known
 */
export function execTokens(cursor: EventCursor, parent: string): readonly string[] {
  const path = cursor.string(ProcessExec.path);
  const isScript = (cursor.u32(ProcessExec.exeFlags) & FileFlag.script) !== 0;
  const script = isScript ? cursor.string(ProcessExec.filename) : '';
  const line = cursor.string(ProcessExec.args);
  const key = `${parent}\0${path}\0${script}\0${line}`;
  const found = known.get(key);
  if (found) return found;
  const tokens = makeTokens(path, script, parent, line.split('\0'));
  if (known.size >= MOST) known.clear();
  known.set(key, tokens);
  return tokens;
}

function makeTokens(path: string, script: string, parent: string, args: readonly string[]): string[] {
  const program = pathClass(path, 'program');
  const what = script === '' ? program : `${pathClass(script, 'program')} by ${nameOf(program)}`;
  // the runtime runs a copy of itself that has no name in any folder
  const from = path === '/' ? 'runtime' : parent.startsWith('/') ? pathClass(parent, 'program') : parent;
  const name = script === '' ? nameOf(program) : nameOf(pathClass(script, 'program'));
  // the interpreter and the path of the script stand before what is given to a script
  const place = args.findIndex((arg) => arg === script || (arg !== '' && script.endsWith(arg)));
  const given = script === '' || place < 0 ? args : args.slice(place);
  return [
    tokenOf('x', program),
    ...(script === '' ? [] : [tokenOf('x', what)]),
    ...(from === '' ? [] : [tokenOf('l', `${from} > ${script === '' ? program : pathClass(script, 'program')}`)]),
    ...argumentShape(script === '' ? path : script, given).map((piece) => tokenOf('a', `${name} ${piece}`)),
  ];
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1) || path;
