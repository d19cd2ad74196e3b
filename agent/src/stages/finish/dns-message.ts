import { formatIp } from '@picket/sdk';

const HEADER_BYTES = 12;
/** Octets of a name in a message, lengths included (RFC 1035, 2.3.4). */
const LONGEST_NAME = 255;
/** What a name takes as text when every octet is escaped. */
const LONGEST_TEXT = LONGEST_NAME * 4;
const TYPE_A = 1;
const TYPE_AAAA = 28;
const CLASS_IN = 1;
const DOT = 0x2e;
const BACKSLASH = 0x5c;
const POINTER = 0xc0;
const NONE = -1;

/**
 * Reads DNS messages (RFC 1035). One object is used for all messages: the results stand in its fields until the next.
 * Nothing outside the given bytes is read, whatever they say, and each byte is looked at a bounded number of times.
 */
export class DnsMessage {
  id = 0;
  /** Type of the first question; 0 without one. */
  type = 0;
  /** 0 for a query. */
  rcode = 0;
  answer = false;
  /** The first question's name in presentation form (RFC 4343, 2.1), without a dot at its end; `.` for the root. */
  readonly name = Buffer.alloc(LONGEST_TEXT);
  nameLength = 0;
  /** Addresses in text form, from all A and AAAA records of the answer section that were captured. */
  readonly addresses: string[] = [];
  readonly #ip = new Uint8Array(16);

  /**
   * @param bytes holds the message from `begin` to `end`; its end may be missing
   * @returns false when header or first question can not be read
   */
  read(bytes: Uint8Array, begin: number, end: number): boolean {
    this.type = 0;
    this.nameLength = 0;
    this.addresses.length = 0;
    if (end - begin < HEADER_BYTES) return false;
    const message = bytes.subarray(begin, end);
    const flags = u16(message, 2);
    this.id = u16(message, 0);
    this.answer = (flags & 0x8000) !== 0;
    this.rcode = this.answer ? flags & 15 : 0;
    const questions = u16(message, 4);
    if (questions > 0 && !this.#readQuestion(message)) return false;
    const answers = this.answer ? u16(message, 6) : 0;
    if (answers > 0) this.#readAnswers(message, questions, answers);
    return true;
  }

  #readQuestion(message: Uint8Array): boolean {
    const after = skipName(message, HEADER_BYTES);
    if (after === NONE || after + 4 > message.length) return false;
    this.nameLength = writeName(message, HEADER_BYTES, this.name);
    if (this.nameLength === NONE) {
      this.nameLength = 0;
      return false;
    }
    this.type = u16(message, after);
    return true;
  }

  /** Ends at the first record that is not there as a whole. */
  #readAnswers(message: Uint8Array, questions: number, answers: number): void {
    let at = HEADER_BYTES;
    for (let i = 0; i < questions; i++) {
      at = skipName(message, at);
      if (at === NONE) return;
      at += 4;
    }
    for (let i = 0; i < answers; i++) {
      at = skipName(message, at);
      if (at === NONE || at + 10 > message.length) return;
      const length = u16(message, at + 8);
      const data = at + 10;
      if (data + length > message.length) return;
      if (u16(message, at + 2) === CLASS_IN) this.#addAddress(message, u16(message, at), data, length);
      at = data + length;
    }
  }

  #addAddress(message: Uint8Array, type: number, data: number, length: number): void {
    if (type === TYPE_A && length === 4) {
      this.#ip
        .fill(0, 0, 10)
        .fill(255, 10, 12)
        .set(message.subarray(data, data + 4), 12);
      this.addresses.push(formatIp(this.#ip, 0));
    } else if (type === TYPE_AAAA && length === 16) this.addresses.push(formatIp(message, data));
  }
}

const u16 = (bytes: Uint8Array, at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** Where the bytes behind a name begin; NONE when it leaves the message. Pointers are not followed. */
function skipName(message: Uint8Array, from: number): number {
  for (let at = from; at < message.length; ) {
    const length = message[at] ?? 0;
    if (length === 0) return at + 1;
    if (length >= POINTER) return at + 2 <= message.length ? at + 2 : NONE;
    if (length > 63) return NONE;
    at += length + 1;
  }
  return NONE;
}

/**
 * Writes a name as text and gives its length; NONE when it can not be read. A pointer must lead to before the place
 * where the labels read so far began, as those of honest senders do: so there is no way to go round in circles.
 */
function writeName(message: Uint8Array, from: number, out: Uint8Array): number {
  let begin = from;
  let octets = 0;
  let written = 0;
  for (let at = from; at < message.length; ) {
    const length = message[at] ?? 0;
    if (length === 0) return written === 0 ? writeRoot(out) : written;
    if (length >= POINTER) {
      const target = u16(message, at) & 0x3fff;
      if (at + 2 > message.length || target >= begin) return NONE;
      begin = at = target;
      continue;
    }
    octets += length + 1;
    if (length > 63 || octets >= LONGEST_NAME || at + 1 + length > message.length) return NONE;
    if (written > 0) out[written++] = DOT;
    for (let i = at + 1; i <= at + length; i++) written = writeOctet(message[i] ?? 0, out, written);
    at += length + 1;
  }
  return NONE;
}

function writeRoot(out: Uint8Array): number {
  out[0] = DOT;
  return 1;
}

/** RFC 4343, 2.1: dots and backslashes of a label get a backslash, what does not print becomes \DDD. */
function writeOctet(octet: number, out: Uint8Array, at: number): number {
  let end = at;
  if (octet > 0x20 && octet < 0x7f) {
    if (octet === DOT || octet === BACKSLASH) out[end++] = BACKSLASH;
    out[end++] = octet;
    return end;
  }
  out[end++] = BACKSLASH;
  out[end++] = 0x30 + Math.floor(octet / 100);
  out[end++] = 0x30 + (Math.floor(octet / 10) % 10);
  out[end++] = 0x30 + (octet % 10);
  return end;
}
