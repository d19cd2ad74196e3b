import { encodeRecord, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { Summary } from '../../source/types.ts';
import { describeAll } from '../../testing/collect.ts';
import { RecordFinisher } from './finisher.ts';
import { Redactor } from './redact/redactor.ts';

const redactor = new Redactor({ defaults: true, patterns: [] });
const open = encodeRecord(Kind.FileOpen, {}, { path: '/token=x' });
const exec = encodeRecord(Kind.ProcessExec, {}, { args: ['a', '--token', 'a secret of some length'] });
const raw = { id: 0xffff, type: 0xffff, rcode: 0xffff, answer: 0xffff };
const dns = encodeRecord(Kind.NetDns, {}, { ...raw, addresses: new Uint8Array(5) });

function drained(records: Uint8Array[], marks: number[]) {
  const finisher = new RecordFinisher(redactor, 4096);
  const summary = new Uint32Array(Summary.size);
  const bytes = Buffer.alloc(4096);
  let length = 0;
  for (const record of records) {
    bytes.set(record, length);
    length += record.length;
    const kind = Summary.kinds + new DataView(record.buffer).getUint16(0, true);
    summary[kind] = (summary[kind] ?? 0) + 1;
  }
  finisher.marks.set(marks);
  summary[Summary.marks] = marks.length;
  finisher.finish(bytes, length, summary);
  return { finisher, all: describeAll(bytes.subarray(0, length)) };
}

describe('RecordFinisher', () => {
  const records = [open, exec, open, dns, exec];
  const places = [open.length, 2 * open.length + exec.length, 2 * open.length + exec.length + dns.length];

  it.each([
    ['that the source has marked', places],
    ['when the source has marked none', []],
    ['when the source has marked too few', places.slice(1)],
  ])('finishes the records %s', (_, marks) => {
    const { finisher, all } = drained(records, marks);
    expect(all.map(({ args }) => args)).toEqual([
      undefined,
      ['a', '--token', '[redacted]'],
      undefined,
      undefined,
      ['a', '--token', '[redacted]'],
    ]);
    expect(all[3]).toMatchObject({ kind: 'net.dns', rcode: 0xffff, name: '', addresses: [] });
    expect(all[0]?.path).toBe('/token=x');
    expect(finisher.stats).toEqual({ redacted: 2, withheld: 0, dnsMalformed: 1 });
  });

  it('does not look at other kinds', () => {
    const { finisher } = drained([open, open], [0, 1, 2, 3]);
    expect(finisher.stats).toEqual({ redacted: 0, withheld: 0, dnsMalformed: 0 });
  });
});
