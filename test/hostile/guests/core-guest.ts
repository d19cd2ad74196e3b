import { assemble } from '../../../control-plane/src/detection/host/testing/assemble.ts';
import {
  ALL_IMPORTS,
  type GuestParts,
  guestText,
} from '../../../control-plane/src/detection/host/testing/guest-text.ts';
import type { Payload } from '../hostile-guest.ts';

/** Pages of the memory of a guest, and where it ends. */
const PAGES = 16;
export const END = PAGES * 65536;
/** Room for a batch. */
export const ROOM = '(i32.const 65536)';
export const FINE = '(i32.const 0)';
export const EMPTY = '(i32.const 0) (i32.const 0)';
/** -8 as a signed number: almost 4 GB. */
export const FAR = '(i32.const -8)';

/** A batch with records, and not the empty one that every upload is tried with. */
export const IF_RECORDS = '(i32.load offset=16 (local.get 0))';

/** A core module in text; without parts, one that does nothing and says ok. */
export const text = (parts: GuestParts = {}): string =>
  guestText({ imports: ALL_IMPORTS, memory: `(memory (export "memory") ${PAGES} 1024)`, realloc: ROOM, ...parts });

export const core = async (parts: GuestParts = {}): Promise<Payload> => ({ core: base64(await assemble(text(parts))) });

/** One that does something with each batch that has records: code without a result, in a function of its own. */
export const acting = (act: string, fields = ''): Promise<Payload> =>
  core({
    onbatch: `(if ${IF_RECORDS} (then (call $act))) ${FINE}`,
    fields: `(func $act ${act}) ${fields}`,
  });

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Does something so many times. The function needs no further locals. */
export const times = (count: number, body: string): string =>
  `(local $i i32) (loop $again ${body}
    (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const ${count}))))`;

/** An emit; what is not given is empty. */
export const emit = ({
  title = EMPTY,
  severity = '(i32.const 4)',
  message = EMPTY,
  event = '(i32.const -1)',
  group = EMPTY,
  fields = EMPTY,
}: Partial<Record<'title' | 'severity' | 'message' | 'event' | 'group' | 'fields', string>>): string =>
  `(call $emit ${title} ${severity} ${message} ${event} (i32.const 0) ${group} ${fields})`;
