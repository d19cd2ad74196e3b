/** Text of records, and text for the host. Bytes of the kernel may be anything; the host takes only whole characters. */

const REPLACEMENT: u16 = 0xfffd;

/**
 * Decodes UTF-8. Bytes that are no UTF-8 become U+FFFD one by one, so that a file name made to confuse can not
 * give text that the host refuses.
 */
export function decodeText(from: usize, length: i32): string {
  if (length <= 0) return '';
  const out = __new(<usize>length << 1, idof<string>());
  let i = 0;
  for (; i < length; i++) {
    const byte = load<u8>(from + i);
    if (byte > 127) break;
    store<u16>(out + (<usize>i << 1), byte);
  }
  if (i == length) return changetype<string>(out);
  const units = decodeRest(from, i, length, out);
  return changetype<string>(units == length ? out : __renew(out, <usize>units << 1));
}

/** UTF-8 never takes fewer bytes than UTF-16 takes units, so the text fits where its bytes would. */
function decodeRest(from: usize, start: i32, length: i32, out: usize): i32 {
  let to = out + (<usize>start << 1);
  let i = start;
  while (i < length) {
    const first = <u32>load<u8>(from + i);
    const size = sequenceLength(first);
    let code: u32 = size == 1 ? first : first & (0x7f >> size);
    let good = size > 0 && i + size <= length;
    for (let k = 1; good && k < size; k++) {
      const next = <u32>load<u8>(from + i + k);
      good = (next & 0xc0) == 0x80;
      code = (code << 6) | (next & 0x3f);
    }
    if (!good || !isShortest(code, size)) {
      store<u16>(to, REPLACEMENT);
      to += 2;
      i++;
      continue;
    }
    to = storeCode(to, code);
    i += size;
  }
  return <i32>((to - out) >> 1);
}

function sequenceLength(first: u32): i32 {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

function isShortest(code: u32, size: i32): bool {
  if (size == 3) return code >= 0x800 && (code < 0xd800 || code > 0xdfff);
  return size != 4 || (code >= 0x10000 && code <= 0x10ffff);
}

function storeCode(to: usize, code: u32): usize {
  if (code < 0x10000) {
    store<u16>(to, code);
    return to + 2;
  }
  store<u16>(to, 0xd800 | ((code - 0x10000) >> 10));
  store<u16>(to, 0xdc00 | ((code - 0x10000) & 0x3ff), 2);
  return to + 4;
}

/** The text with halves of surrogate pairs, which cutting a text can leave, as U+FFFD. The host refuses them. */
export function wellFormed(text: string): string {
  const units = text.length;
  for (let i = 0; i < units; i++) {
    const unit = text.charCodeAt(i);
    if ((unit & 0xf800) != 0xd800) continue;
    if (!isPair(text, i)) return mend(text);
    i++;
  }
  return text;
}

function isPair(text: string, i: i32): bool {
  return (
    (text.charCodeAt(i) & 0xfc00) == 0xd800 && i + 1 < text.length && (text.charCodeAt(i + 1) & 0xfc00) == 0xdc00
  );
}

function mend(text: string): string {
  const size = <usize>text.length << 1;
  const out = __new(size, idof<string>());
  memory.copy(out, changetype<usize>(text), size);
  for (let i = 0; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xf800) != 0xd800) continue;
    if (isPair(text, i)) i++;
    else store<u16>(out + (<usize>i << 1), REPLACEMENT);
  }
  return changetype<string>(out);
}

/** Where the bytes of a string field begin. */
// @ts-ignore: decorator
@inline
export function textStart(record: usize, field: usize): usize {
  return record + <usize>load<u16>(record + field);
}

/** Bytes of a string field; 0 when the reference leaves the record. */
export function textLength(record: usize, field: usize): i32 {
  const offset = <u32>load<u16>(record + field);
  const length = <u32>load<u16>(record + field, 2);
  return offset + length <= <u32>load<u16>(record, 2) ? <i32>length : 0;
}

/** A string field as text. Allocates: ask for it when it is needed, not for every event. */
export function textField(record: usize, field: usize): string {
  return decodeText(textStart(record, field), textLength(record, field));
}

/** Whether the bytes at `from` begin with `prefix`, which is ASCII. No copy is made. */
export function startsWith(from: usize, length: i32, prefix: string): bool {
  if (prefix.length > length) return false;
  for (let i = 0; i < prefix.length; i++) if (load<u8>(from + i) != <u8>prefix.charCodeAt(i)) return false;
  return true;
}
