import { messageOf } from '@picket/sdk';
import { ControlPlaneError } from '../../errors.ts';

/** What an operator can do, by primary result code (sqlite.org/rescode.html). */
const ADVICE: Record<number, string> = {
  5: 'another process writes to it for longer than 5 s: only one control plane may use it',
  6: 'another process writes to it for longer than 5 s: only one control plane may use it',
  8: 'it can not be written to: check the owner and mode of the file and its folder',
  10: 'the disk answers with errors: check it',
  11: 'the file is damaged: restore a backup, or move it away and it is built again from the alert stream',
  13: 'the disk is full: make room',
  14: 'it can not be opened: check that its folder exists and may be written to',
  26: 'the file is no SQLite database: check the path',
};

/** A typed error where the file or the disk is the cause; any other error as it is, because it is ours. */
export function sqliteError(error: unknown): unknown {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : -1;
  const advice = ADVICE[code];
  if (!advice) return error;
  const message = `the store can not be used (${messageOf(error)}): ${advice}`;
  return new ControlPlaneError('STORE_UNAVAILABLE', message, { cause: error });
}
