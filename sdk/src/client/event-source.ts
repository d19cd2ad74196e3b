/** One event of a `text/event-stream`. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  /** The last id the stream gave, on this event or before it. */
  readonly id: string;
}

/** A single event may not be longer than this many characters. */
const MAX_EVENT = 4 * 1024 * 1024;

/**
 * Takes the text of an event stream in pieces and answers with the events that became complete.
 * Follows the parsing rules of the HTML standard (9.2.6), except that `retry` is not used.
 */
export class EventStreamParser {
  #rest = '';
  #data: string[] = [];
  #event = '';
  #id = '';
  #size = 0;
  #first = true;

  /** @throws RangeError when one event is longer than 4 MiB */
  push(text: string): ServerEvent[] {
    const out: ServerEvent[] = [];
    let rest = this.#rest + text;
    if (this.#first && rest.length > 0) {
      this.#first = false;
      if (rest.charCodeAt(0) === 0xfeff) rest = rest.slice(1);
    }
    let from = 0;
    for (;;) {
      const end = lineEnd(rest, from);
      if (end === -1) break;
      this.#line(rest.slice(from, end), out);
      from = rest.charCodeAt(end) === 13 && rest.charCodeAt(end + 1) === 10 ? end + 2 : end + 1;
    }
    this.#rest = rest.slice(from);
    if (this.#size + this.#rest.length > MAX_EVENT) throw new RangeError('an event of the stream is too long');
    return out;
  }

  #line(line: string, out: ServerEvent[]): void {
    if (line === '') {
      this.#dispatch(out);
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line.charAt(colon + 1) === ' ' ? colon + 2 : colon + 1);
    this.#size += value.length;
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
  }

  #dispatch(out: ServerEvent[]): void {
    if (this.#data.length > 0) out.push({ event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id });
    this.#data = [];
    this.#event = '';
    this.#size = 0;
  }
}

/** Where the next line ends; -1 when it is not there yet. A CR at the very end may be half of a CRLF: wait for more. */
function lineEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10) return i;
    if (code === 13) return i + 1 < text.length ? i : -1;
  }
  return -1;
}
