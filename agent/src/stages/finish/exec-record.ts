import { Header, HeaderFlag, ProcessExec } from '@picket/sdk';
import type { Redactor } from './redact/redactor.ts';

/** Strings of the record in the order in which they are written. */
const STRINGS = [
  ProcessExec.path,
  ProcessExec.filename,
  ProcessExec.args,
  ProcessExec.cwd,
  ProcessExec.env,
  ProcessExec.comm,
] as const;

/**
 * Takes the secrets out of a `process.exec` record, in place; the length of the record stays. What stands for a secret
 * may be longer than the secret: when the record has no room for that, the arguments lose their end (flag
 * `args_truncated`), but never their number.
 * @param bytes holds the record at `at`, as a whole
 * @returns whether there was a secret
 */
export function redactExec(bytes: Buffer, at: number, redactor: Redactor): boolean {
  return change(bytes, at, (text) => redactor.redact(text));
}

/**
 * Takes out all arguments but the name, and the environment, where there is no time to look for secrets. Their number stays,
 * the record is flagged `redacted` and `args_truncated`.
 * @returns whether there was anything to take out
 */
export function withholdExec(bytes: Buffer, at: number): boolean {
  return change(bytes, at, withhold, HeaderFlag.argsTruncated);
}

function withhold(text: string, field: number): string {
  const parts = text.split('\0');
  return parts.map((part, i) => (field === ProcessExec.args && i === 0 ? part : '')).join('\0');
}

function change(bytes: Buffer, at: number, clean: (text: string, field: number) => string, flag = 0): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.byteLength - at);
  const length = view.getUint16(Header.length, true);
  if (length < ProcessExec.size || length > view.byteLength) return false;
  const record = bytes.subarray(at, at + length);
  const args = textAt(record, view, ProcessExec.args);
  const env = textAt(record, view, ProcessExec.env);
  const cleanArgs = clean(args, ProcessExec.args);
  const cleanEnv = clean(env, ProcessExec.env);
  if (cleanArgs === args && cleanEnv === env) return false;
  const cut = rewrite(record, view, cleanArgs, cleanEnv);
  const flags = HeaderFlag.redacted | (cut ? HeaderFlag.argsTruncated : flag);
  view.setUint16(Header.flags, view.getUint16(Header.flags, true) | flags, true);
  return true;
}

/** Writes all strings anew, one behind the other; true when arguments or environment had to be cut. */
function rewrite(record: Buffer, view: DataView, args: string, env: string): boolean {
  const texts = STRINGS.map((field) => textAt(record, view, field));
  const others = texts.reduce((sum, text, i) => (isSecretive(STRINGS[i]) ? sum : sum + text.length), 0);
  const room = Math.max(0, record.length - ProcessExec.size - others);
  const fittedEnv = fit(env, room);
  const fittedArgs = fit(args, room - fittedEnv.length);
  let end: number = ProcessExec.size;
  for (const [i, field] of STRINGS.entries()) {
    const text = field === ProcessExec.args ? fittedArgs : field === ProcessExec.env ? fittedEnv : (texts[i] ?? '');
    view.setUint16(field, end, true);
    view.setUint16(field + 2, record.write(text, end, 'latin1'), true);
    end += view.getUint16(field + 2, true);
  }
  record.fill(0, end);
  return fittedArgs !== args || fittedEnv !== env;
}

const isSecretive = (field: number | undefined) => field === ProcessExec.args || field === ProcessExec.env;

/** A string of the record, a character a byte; empty when the reference is not true. */
function textAt(record: Buffer, view: DataView, field: number): string {
  const begin = view.getUint16(field, true);
  const end = begin + view.getUint16(field + 2, true);
  return begin < ProcessExec.size || end > record.length ? '' : record.toString('latin1', begin, end);
}

/** Shortens parts from the last on until the text fits; their number stays unless NULs alone are too many. */
export function fit(text: string, room: number): string {
  let excess = text.length - room;
  if (excess <= 0) return text;
  const parts = text.split('\0');
  for (let i = parts.length - 1; i >= 0 && excess > 0; i--) {
    const part = parts[i] ?? '';
    const kept = Math.max(0, part.length - excess);
    excess -= part.length - kept;
    parts[i] = part.slice(0, kept);
  }
  return parts.join('\0').slice(0, room);
}
