import { describeRecord, EventCursor, encodeRecord, HeaderFlag, Kind, ProcessExec } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { fit, redactExec, withholdExec } from './exec-record.ts';
import { Redactor } from './redact/redactor.ts';

const redactor = new Redactor({ defaults: true, patterns: [] });
const facts = { path: '/usr/bin/tool', filename: 'tool', cwd: '/srv', comm: 'tool', argc: 3, inode: 7n };

/** The record of an exec with `room` zeros at its end, among other bytes. */
function record(body: Record<string, unknown>, room = 64) {
  const made = encodeRecord(Kind.ProcessExec, { tgid: 5, flags: HeaderFlag.snapshot }, { ...facts, ...body });
  const bytes = Buffer.alloc(made.length + room + 16, 0xee);
  bytes.fill(0, 8, 8 + made.length + room);
  bytes.set(made, 8);
  bytes.writeUInt16LE(made.length + room, 10);
  return { bytes, length: made.length + room };
}

function described(bytes: Buffer, length: number) {
  const cursor = new EventCursor().open(new Uint8Array(bytes.subarray(8, 8 + length)));
  expect(cursor.next()).toBe(true);
  return describeRecord(cursor);
}

describe('redactExec', () => {
  it('replaces secrets in arguments and environment and keeps everything else', () => {
    const env = ['NODE_OPTIONS=--token abc', 'LD_PRELOAD=/x.so'];
    const { bytes, length } = record({ args: ['tool', '--password', 'pw', 'ü'], env });
    const before = described(bytes, length);
    expect(redactExec(bytes, 8, redactor)).toBe(true);
    expect(described(bytes, length)).toEqual({
      ...before,
      args: ['tool', '--password', '[redacted]', 'ü'],
      env: ['NODE_OPTIONS=--token [redacted]', 'LD_PRELOAD=/x.so'],
      flags: HeaderFlag.snapshot | HeaderFlag.redacted,
    });
    expect(bytes.toString('latin1')).not.toContain('pw');
    expect([...bytes.subarray(0, 8), ...bytes.subarray(8 + length)]).toEqual(new Array(16).fill(0xee));
  });

  it('leaves no byte of a long secret behind', () => {
    const secret = 'correct-horse-battery-staple'.repeat(100);
    const { bytes, length } = record({ args: ['tool', `--password=${secret}`, 'last'] });
    expect(redactExec(bytes, 8, redactor)).toBe(true);
    expect(described(bytes, length)).toMatchObject({ args: ['tool', '--password=[redacted]', 'last'], comm: 'tool' });
    expect(bytes.includes('horse')).toBe(false);
  });

  it('does not touch a record without secrets', () => {
    const { bytes } = record({ args: ['tool', '--port', '80'], env: ['LD_PRELOAD=/x.so'] });
    const before = Buffer.from(bytes);
    expect(redactExec(bytes, 8, redactor)).toBe(false);
    expect(bytes.equals(before)).toBe(true);
  });

  it('cuts the end of the arguments, not their number, when there is no room', () => {
    const args = ['mysql', '-pa', '-pb', '-e', 'select 1 from t'];
    const { bytes, length } = record({ args }, 0);
    const room = length - encodeRecord(Kind.ProcessExec, {}, { ...facts, args }).length;
    expect(room).toBe(0);
    expect(redactExec(bytes, 8, redactor)).toBe(true);
    const after = described(bytes, length);
    expect(after.flags).toBe(HeaderFlag.snapshot | HeaderFlag.redacted | HeaderFlag.argsTruncated);
    expect(after.args).toEqual(['mysql', '-p[redacted]', '-p[redacted]', '-e', expect.stringMatching(/^sel?/)]);
    expect(after).toMatchObject({ argc: 3, comm: 'tool', cwd: '/srv', path: '/usr/bin/tool' });
  });

  it('keeps inside the record, whatever its references say', () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed % below;
    };
    const fields = [ProcessExec.path, ProcessExec.args, ProcessExec.env, ProcessExec.cwd, ProcessExec.comm];
    for (let round = 0; round < 3000; round++) {
      const { bytes, length } = record({ args: ['tool', '--password', 'pw'], env: ['ENV=--token x'] }, random(2) * 64);
      for (const field of fields)
        if (random(2)) bytes.writeUInt16LE(random(random(2) ? 400 : 65_536), 8 + field + 2 * random(2));
      redactExec(bytes, 8, redactor);
      expect(bytes.readUInt16LE(10)).toBe(length);
      expect([...bytes.subarray(0, 8), ...bytes.subarray(8 + length)]).toEqual(new Array(16).fill(0xee));
      expect(described(bytes, length)).toMatchObject({ kind: 'process.exec', tgid: 5, inode: '7' });
    }
  });

  it('leaves a record alone that is shorter than an exec can be', () => {
    const bytes = Buffer.alloc(64);
    bytes.writeUInt16LE(Kind.ProcessExec, 0);
    bytes.writeUInt16LE(64, 2);
    expect(redactExec(bytes, 0, redactor)).toBe(false);
    bytes.writeUInt16LE(4096, 2);
    expect(redactExec(bytes, 0, redactor)).toBe(false);
  });
});

describe('withholdExec', () => {
  it('leaves the name, and as many empty arguments as there were', () => {
    const { bytes, length } = record({ args: ['tool', '--password', 'pw'], env: ['ENV=x'] }, 0);
    expect(withholdExec(bytes, 8)).toBe(true);
    expect(described(bytes, length)).toMatchObject({
      ...{ args: ['tool', '', ''], env: [], tgid: 5, inode: '7' },
      flags: HeaderFlag.snapshot | HeaderFlag.redacted | HeaderFlag.argsTruncated,
    });
  });

  it('leaves a record alone that says nothing', () => {
    const { bytes } = record({ args: ['tool'], env: [] }, 0);
    expect(withholdExec(bytes, 8)).toBe(false);
  });
});

describe('fit', () => {
  it.each([
    ['abc\0def', 7, 'abc\0def'],
    ['abc\0def', 5, 'abc\0d'],
    ['abc\0def', 2, 'a\0'],
    ['abc\0def', 0, ''],
    ['\0\0\0', 2, '\0\0'],
    ['', 0, ''],
  ])('%j in %d', (text, room, expected) => expect(fit(text, room)).toBe(expected));
});
