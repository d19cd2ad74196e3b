import { Header, Kind } from '@picket/sdk';
import { MARKED_KINDS } from '../../source/reader-kinds.ts';
import { Summary } from '../../source/types.ts';
import { DnsMessage } from './dns-message.ts';
import { decodeDns } from './dns-record.ts';
import { redactExec, withholdExec } from './exec-record.ts';
import { RedactionBudget } from './redact/redaction-budget.ts';
import type { Redactor } from './redact/redactor.ts';

/** Shorter than any record of a marked kind. */
const SHORTEST = 128;

/** Finishes records that are not to leave the node as the kernel sent them: secrets go, DNS messages are read. */
export class RecordFinisher {
  readonly stats = { redacted: 0, withheld: 0, dnsMalformed: 0 };
  /** Where a source tells the places of the records. */
  readonly marks: Uint32Array;
  readonly #redactor: Redactor;
  readonly #budget = new RedactionBudget();
  readonly #dns = new DnsMessage();

  /** @param most bytes that are drained at once */
  constructor(redactor: Redactor, most: number) {
    this.#redactor = redactor;
    this.marks = new Uint32Array(Math.ceil(most / SHORTEST));
  }

  /** Finishes the records that a drain wrote to the beginning of `bytes`. Costs nothing when none is of a marked kind. */
  finish(bytes: Buffer, length: number, summary: Uint32Array): void {
    let expected = 0;
    for (const { kind } of MARKED_KINDS) expected += summary[Summary.kinds + kind] ?? 0;
    if (expected === 0) return;
    // A source that does not mark, or not all, must not let a secret pass.
    const marked = summary[Summary.marks] === expected ? expected : this.#walk(bytes, length);
    for (let i = 0; i < marked; i++) this.finishOne(bytes, this.marks[i] ?? 0);
  }

  /** Finishes the record at `at`. */
  finishOne(bytes: Buffer, at: number): void {
    const kind = u16(bytes, at + Header.kind);
    if (kind === Kind.ProcessExec) this.#redact(bytes, at);
    else if (kind === Kind.NetDns && !decodeDns(bytes, at, this.#dns)) this.stats.dnsMalformed++;
  }

  #redact(bytes: Buffer, at: number): void {
    const slot = u16(bytes, at + Header.slot);
    const begun = performance.now();
    if (!this.#budget.allows(slot, begun)) {
      if (withholdExec(bytes, at)) this.stats.withheld++;
      return;
    }
    if (redactExec(bytes, at, this.#redactor)) this.stats.redacted++;
    this.#budget.spend(slot, performance.now() - begun);
  }

  #walk(bytes: Buffer, length: number): number {
    let found = 0;
    for (let at = 0; at + Header.size <= length; at += u16(bytes, at + Header.length)) {
      if (u16(bytes, at + Header.length) < Header.size) break;
      if (roomOf(u16(bytes, at + Header.kind)) !== undefined) this.marks[found++] = at;
    }
    return Math.min(found, this.marks.length);
  }
}

/** Bytes that a record of this kind gets at its end before it is finished; undefined when it is not finished. */
export const roomOf = (kind: number) => MARKED_KINDS.find((marked) => marked.kind === kind)?.room;

const u16 = (bytes: Buffer, at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
