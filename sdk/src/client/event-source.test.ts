import { expect, test } from 'vitest';
import { EventStreamParser } from './event-source.ts';

const STREAM = [
  '\uFEFF: hello\n',
  'id: 1\nevent: alert\ndata: {"a":\ndata: 1}\n\n',
  'data:no space\r\n\r\n',
  'data:  two spaces\rid: 2\r\r',
  'event: nothing\n\n',
  'id: bad\0id\ndata\n\n',
  'retry: 5\nunknown: x\nid\ndata: last\n\n',
  'data: not finished\n',
].join('');

const EVENTS = [
  { event: 'alert', data: '{"a":\n1}', id: '1' },
  { event: 'message', data: 'no space', id: '1' },
  { event: 'message', data: ' two spaces', id: '2' },
  { event: 'message', data: '', id: '2' },
  { event: 'message', data: 'last', id: '' },
];

test('follows the rules of the HTML standard', () => {
  expect(new EventStreamParser().push(STREAM)).toEqual(EVENTS);
});

test('gives the same events wherever the text is cut', () => {
  for (let size = 1; size < 40; size++) {
    const parser = new EventStreamParser();
    const out = [];
    for (let at = 0; at < STREAM.length; at += size) out.push(...parser.push(STREAM.slice(at, at + size)));
    expect(out).toEqual(EVENTS);
  }
});

test('keeps no more of an endless event than its bound', () => {
  const endless = new EventStreamParser();
  const line = 'x'.repeat(1024 * 1024);
  expect(() => {
    for (let i = 0; i < 6; i++) endless.push(line);
  }).toThrow(RangeError);
  const manyLines = new EventStreamParser();
  expect(() => {
    for (let i = 0; i < 6; i++) manyLines.push(`data: ${line}\n`);
  }).toThrow(RangeError);
  const many = new EventStreamParser();
  for (let i = 0; i < 6; i++) expect(many.push(`data: ${line}\n\n`)).toHaveLength(1);
});
