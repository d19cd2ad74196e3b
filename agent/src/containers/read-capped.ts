import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { messageOf } from '@picket/sdk';
import { AgentError } from '../errors.ts';

/** Text of a file of the runtime, with what is needed to judge it. */
export interface CappedFile {
  readonly text: string;
  readonly owner: number;
  /** Changes whenever the file is replaced or written. */
  readonly stamp: string;
}

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Reads a regular file of at most `limit` bytes. A link at the end of the path is not followed and a fifo does not
 * block: some of these folders belong to users.
 * @returns undefined when there is no such file
 * @throws AgentError METADATA_INVALID when it is no regular file, too long, or can not be read
 */
export async function readCapped(path: string, limit: number): Promise<CappedFile | undefined> {
  try {
    await using file = await open(path, FLAGS);
    const stat = await file.stat({ bigint: true });
    if (!stat.isFile()) throw new AgentError('METADATA_INVALID', `${path} is not a regular file: it is left out`);
    if (stat.size > limit)
      throw new AgentError('METADATA_INVALID', `${path} has ${stat.size} bytes, more than ${limit}: it is left out`);
    const bytes = Buffer.allocUnsafe(Number(stat.size));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return {
      text: bytes.toString('utf8', 0, bytesRead),
      owner: Number(stat.uid),
      stamp: `${stat.ino}.${stat.mtimeNs}.${stat.size}`,
    };
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new AgentError('METADATA_INVALID', `${path} can not be read (${messageOf(cause)}): it is left out`, {
      cause,
    });
  }
}

/**
 * The same at once, for a path on a local file system.
 * @returns undefined when it can not be read for whatever reason: the read that waits tells of it
 */
export function readCappedNow(path: string, limit: number): CappedFile | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, FLAGS);
    const stat = fstatSync(file, { bigint: true });
    if (!stat.isFile() || stat.size > limit) return undefined;
    const bytes = Buffer.allocUnsafe(Number(stat.size));
    const length = readSync(file, bytes, 0, bytes.length, 0);
    return {
      text: bytes.toString('utf8', 0, length),
      owner: Number(stat.uid),
      stamp: `${stat.ino}.${stat.mtimeNs}.${stat.size}`,
    };
  } catch {
    // Most often it is not there yet; all else is told by the other read, which follows.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A JSON object, whatever is in it. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * Parses text that must be a JSON object.
 * @throws AgentError METADATA_INVALID when it is not
 */
export function parseObject(text: string, path: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AgentError('METADATA_INVALID', `${path} is not JSON (${messageOf(cause)}): it is left out`, { cause });
  }
  if (!isObject(value)) throw new AgentError('METADATA_INVALID', `${path} is not a JSON object: it is left out`);
  return value;
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const objectAt = (json: Json, key: string): Json => (isObject(json[key]) ? json[key] : {});
export const listAt = (json: Json, key: string): readonly unknown[] => (Array.isArray(json[key]) ? json[key] : []);
/** A string of at most `most` characters; empty when it is anything else. */
export const textAt = (json: Json, key: string, most = 1024): string => {
  const value = json[key];
  return typeof value === 'string' ? value.slice(0, most) : '';
};
/** A whole number from 0 to 2^53; 0 when it is anything else. */
export const countAt = (json: Json, key: string): number => {
  const value = json[key];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
};
