import { readFileSync, statSync } from 'node:fs';
import { messageOf } from '@picket/sdk';
import { DETECTOR_UPLOAD_LIMITS } from '@picket/sdk/client';
import { CliError } from '../../errors.ts';

const COMPONENT = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const CORE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** A WebAssembly file, and which of the two forms it has. */
export interface BinaryFile {
  readonly kind: 'component' | 'core';
  readonly bytes: Uint8Array;
}

/** @throws CliError FILE_UNREADABLE, also for a file that is no WebAssembly or too large to be uploaded */
export function readBinary(file: string): BinaryFile {
  const bytes = read(file);
  const begins = (header: readonly number[]) => header.every((byte, i) => bytes[i] === byte);
  if (begins(COMPONENT)) return { kind: 'component', bytes };
  if (begins(CORE)) return { kind: 'core', bytes };
  throw new CliError('FILE_UNREADABLE', `${file} is neither a WebAssembly component nor a core module`);
}

function read(file: string): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size > DETECTOR_UPLOAD_LIMITS.bytes)
      throw new RangeError(`it has ${size} bytes, at most ${DETECTOR_UPLOAD_LIMITS.bytes} are taken`);
    return readFileSync(file);
  } catch (cause) {
    throw new CliError('FILE_UNREADABLE', `${file} can not be read: ${messageOf(cause)}`, { cause });
  }
}
