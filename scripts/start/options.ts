import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '@picket/sdk';
import { ScriptError } from '../errors.ts';

/** What `npm start` was asked for. */
export interface StartOptions {
  /** A capture to publish in place of an agent. */
  readonly replay?: string;
  /** How many times faster than it was recorded, original, or full. */
  readonly speed?: string;
}

export const START_USAGE = `Usage: npm start [-- --replay FILE [--speed original|full|N]]
Starts Picket on this machine. With --replay no probe is loaded: the recorded events are published instead.`;

/** Words beside numbers; `max` is an older one for `full`. */
const SPEEDS: readonly string[] = ['original', 'full', 'max'];

/** @throws ScriptError USAGE */
export function parseStartOptions(args: readonly string[]): StartOptions {
  let values: { replay?: string | undefined; speed?: string | undefined };
  try {
    ({ values } = parseArgs({ args: [...args], options: { replay: { type: 'string' }, speed: { type: 'string' } } }));
  } catch (cause) {
    throw new ScriptError('USAGE', `${messageOf(cause)}\n${START_USAGE}`, { cause });
  }
  const { replay, speed } = values;
  if (speed !== undefined && replay === undefined)
    throw new ScriptError('USAGE', `--speed goes with --replay\n${START_USAGE}`);
  if (speed !== undefined && !SPEEDS.includes(speed) && !(Number(speed) > 0))
    throw new ScriptError('USAGE', `--speed takes original, full or a number above 0, not ${speed}\n${START_USAGE}`);
  return { ...(replay !== undefined && { replay: resolve(replay) }), ...(speed !== undefined && { speed }) };
}
