import { expect, it } from 'vitest';
import { handlerNotes } from './handler-notes.ts';

const source = (...names: string[]) => names.map((name) => `export function ${name}(): void {}`).join('\n');

it('says nothing of handlers that are called', () => {
  const main = source('onInit', 'onNetConnect', 'onSyscallNotable', 'onTick', 'onContainer', 'helper');
  expect(handlerNotes(main, ['net.connect', 'syscall.notable'])).toEqual([]);
  expect(handlerNotes(source('onEvent', 'onBatch'), ['net.dns'])).toEqual([]);
});

it('names a handler whose kind the manifest does not ask for', () => {
  expect(handlerNotes(source('onProcessExec', 'onNetConnect'), ['net.accept', 'process.exec'])).toEqual([
    'onNetConnect is never called: manifest.yaml does not name net.connect under kinds',
  ]);
});

it('names a handler with a slip in its name', () => {
  expect(handlerNotes(source('onProcessExec', 'onNetConect'), ['net.connect', 'process.exec'])).toEqual([
    expect.stringMatching(/nothing calls onNetConect/),
  ]);
});

it('passes over functions that are not exported', () => {
  expect(handlerNotes('function onNetConnect(): void {}\n// export function onNetDns', [])).toEqual([]);
});
