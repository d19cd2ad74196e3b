import { describe, expect, it } from 'vitest';
import { assemble } from '../testing/assemble.ts';
import { guestText, RICH_GUEST } from '../testing/guest-text.ts';
import { DetectorRefused, type RefusalCode } from './detector-refused.ts';
import type { Capability } from './detector-world.ts';
import type { GuardLimits } from './guard-limits.ts';
import { guardModule } from './guard-module.ts';

const ALL: ReadonlySet<Capability> = new Set<Capability>(['observe', 'state', 'context', 'respond']);
const HOST = 'picket:detector/host@0.1.0';
const MEMORY = '(memory (export "memory") 2)';

function refusal(binary: Uint8Array, limits: Partial<GuardLimits> = {}): DetectorRefused {
  try {
    guardModule(binary, { capabilities: ALL, limits });
  } catch (error) {
    if (error instanceof DetectorRefused) return error;
    throw error;
  }
  throw new Error('the guard took it');
}

/** What is wrong, the text of the module, and the code that it has to be refused with. */
type Case = readonly [name: string, text: string, code: RefusalCode];

const body = (code: string, fields = '') => guestText({ onbatch: `${code} (i32.const 0)`, fields });

const CASES: readonly Case[] = [
  [
    'an import of WASI',
    guestText({ imports: '(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))' }),
    'DETECTOR_IMPORT',
  ],
  ['an import of env', guestText({ imports: '(import "env" "abort" (func))' }), 'DETECTOR_IMPORT'],
  ['an unknown function of the host', guestText({ imports: `(import "${HOST}" "exec" (func))` }), 'DETECTOR_IMPORT'],
  [
    'another version of the host',
    guestText({ imports: '(import "picket:detector/host@0.2.0" "now" (func (result i64)))' }),
    'DETECTOR_IMPORT',
  ],
  [
    'a function of the host with another type',
    guestText({ imports: `(import "${HOST}" "now" (func (result i32)))` }),
    'DETECTOR_IMPORT',
  ],
  [
    'an imported memory',
    guestText({ imports: `(import "${HOST}" "memory" (memory 2))`, memory: '(export "memory" (memory 0))' }),
    'DETECTOR_IMPORT',
  ],
  ['an imported global', guestText({ imports: `(import "${HOST}" "g" (global i32))` }), 'DETECTOR_IMPORT'],
  ['an imported table', guestText({ imports: `(import "${HOST}" "t" (table 1 funcref))` }), 'DETECTOR_IMPORT'],
  [
    'a quote in the name of an import',
    guestText({ imports: `(import "${HOST}" "now\\"+process.exit()+\\"" (func (result i64)))` }),
    'DETECTOR_IMPORT',
  ],
  ['a shared memory', guestText({ memory: '(memory (export "memory") 2 4 shared)' }), 'DETECTOR_FEATURE'],
  ['a memory of 64 bits', guestText({ memory: '(memory (export "memory") i64 2)' }), 'DETECTOR_FEATURE'],
  ['two memories', guestText({ fields: '(memory 1)' }), 'DETECTOR_TOO_LARGE'],
  ['no memory', guestText({ memory: '' }), 'DETECTOR_EXPORT'],
  ['a memory that is not exported', guestText({ memory: '(memory 1)' }), 'DETECTOR_EXPORT'],
  ['a memory of 4 GB', guestText({ memory: '(memory (export "memory") 65536)' }), 'DETECTOR_TOO_LARGE'],
  ['a table of ten million', guestText({ fields: '(table 10000000 funcref)' }), 'DETECTOR_TOO_LARGE'],
  ['a table of references', guestText({ fields: '(table 1 externref)' }), 'DETECTOR_FEATURE'],
  ['two tables', guestText({ fields: '(table 1 funcref) (table 1 funcref)' }), 'DETECTOR_TOO_LARGE'],
  ['a table of 64 bits', guestText({ fields: '(table i64 1 funcref)' }), 'DETECTOR_FEATURE'],
  ['a global of a vector', guestText({ fields: '(global v128 (v128.const i64x2 0 0))' }), 'DETECTOR_FEATURE'],
  ['a global of a reference', guestText({ fields: '(global funcref (ref.null func))' }), 'DETECTOR_FEATURE'],
  [
    'a global that is computed',
    guestText({ fields: '(global i32 (i32.add (i32.const 1) (i32.const 2)))' }),
    'DETECTOR_FEATURE',
  ],
  ['a tag', guestText({ fields: '(tag)' }), 'DETECTOR_FEATURE'],
  ['a struct type', guestText({ fields: '(type (struct (field i32)))' }), 'DETECTOR_FEATURE'],
  ['a vector in a type', guestText({ fields: '(type (func (param v128)))' }), 'DETECTOR_FEATURE'],
  ['a vector instruction', body('(drop (i8x16.splat (i32.const 1)))'), 'DETECTOR_FEATURE'],
  ['an atomic instruction', body('(drop (i32.atomic.load (i32.const 0)))'), 'DETECTOR_FEATURE'],
  ['a tail call', body('(return_call $self)', '(func $self (result i32) (i32.const 0))'), 'DETECTOR_FEATURE'],
  ['an exception', body('(throw 0)', '(tag)'), 'DETECTOR_FEATURE'],
  ['a handler of exceptions', body('(block $h (try_table (catch_all $h)))'), 'DETECTOR_FEATURE'],
  ['table.grow', body('(drop (table.grow 0 (ref.null func) (i32.const 9)))', '(table 1 funcref)'), 'DETECTOR_FEATURE'],
  ['table.set', body('(table.set 0 (i32.const 0) (ref.null func))', '(table 1 funcref)'), 'DETECTOR_FEATURE'],
  ['a reference to a function', body('(drop (ref.func 0))', '(elem declare func 0)'), 'DETECTOR_FEATURE'],
  [
    'a typed select',
    body('(drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 0)))'),
    'DETECTOR_FEATURE',
  ],
  ['memory.init', body('(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))', '(data "x")'), 'DETECTOR_FEATURE'],
  ['a passive element segment', guestText({ fields: '(table 1 funcref) (elem func 0)' }), 'DETECTOR_FEATURE'],
  ['data beyond the memory', guestText({ fields: '(data (i32.const 131070) "abc")' }), 'DETECTOR_MALFORMED'],
  [
    'table entries beyond the table',
    guestText({ fields: '(table 1 funcref) (elem (i32.const 1) func 0)' }),
    'DETECTOR_MALFORMED',
  ],
  [
    'a start function beside _initialize',
    guestText({ fields: '(func $s) (start $s) (func (export "_initialize"))' }),
    'DETECTOR_EXPORT',
  ],
  ['no onbatch', guestText().replace('"onbatch"', '"onevent"'), 'DETECTOR_EXPORT'],
  [
    'init of another type',
    guestText().replace('(export "init") (param i32 i32)', '(export "init") (param i32 i64)'),
    'DETECTOR_EXPORT',
  ],
  [
    'init as a global',
    guestText({ fields: '(global (export "init") i32 (i32.const 0))' }).replace('(export "init") (param', '(param'),
    'DETECTOR_EXPORT',
  ],
  ['a post-return of another type', guestText({ fields: '(func (export "cabi_post_init"))' }), 'DETECTOR_EXPORT'],
  [
    'a function of the host as an allocator',
    guestText({
      imports: `(import "${HOST}" "stateput" (func $put (param i32 i32 i32 i32) (result i32)))`,
      fields: '(export "cabi_realloc" (func $put))',
    }).replace('(export "cabi_realloc") (param', '(param'),
    'DETECTOR_EXPORT',
  ],
  ['types that do not fit', body('(i64.const 1) (drop) (i32.add)'), 'DETECTOR_INVALID'],
];

describe('the guard refuses', () => {
  it.each(CASES)('%s', async (_, text, code) => {
    const binary = await assemble(text);
    const error = refusal(binary);
    expect(error).toMatchObject({ code });
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset).toBeLessThan(binary.length);
    expect(error.message).toContain(`(byte ${error.offset})`);
  });

  it('everything that ends too early, at each byte', async () => {
    const binary = await assemble(RICH_GUEST);
    const taken: number[] = [];
    for (let length = 0; length < binary.length; length++) {
      const part = binary.slice(0, length);
      // A cut between two sections may leave a whole module.
      if (WebAssembly.validate(part)) taken.push(length);
      else expect(refusal(part).offset).toBeLessThanOrEqual(length);
    }
    expect(taken.length).toBeLessThan(10);
  });

  it('a section twice, and one out of order', async () => {
    const binary = await assemble(guestText({ memory: MEMORY }));
    const types = Buffer.concat([binary, Buffer.from([1, 1, 0])]);
    expect(refusal(types)).toMatchObject({ code: 'DETECTOR_MALFORMED', offset: binary.length });
  });

  it('numbers longer than their type, and counts beyond the file', () => {
    const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    const of = (...bytes: number[]) => refusal(Uint8Array.from([...header, ...bytes]));
    expect(of(1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00)).toMatchObject({ code: 'DETECTOR_MALFORMED', offset: 9 });
    expect(of(1, 0xff, 0xff, 0xff, 0xff, 0x0f)).toMatchObject({ code: 'DETECTOR_MALFORMED' });
    expect(of(1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f)).toMatchObject({ code: 'DETECTOR_TOO_LARGE', offset: 10 });
    expect(of(3, 2, 0x50, 0x00)).toMatchObject({ code: 'DETECTOR_MALFORMED', offset: 10 });
    expect(of(13, 0)).toMatchObject({ code: 'DETECTOR_FEATURE', offset: 8 });
  });

  it('what is no module', () => {
    expect(refusal(new Uint8Array(0))).toMatchObject({ code: 'DETECTOR_MALFORMED', offset: 0 });
    expect(refusal(Buffer.from('#!/bin/sh -c exit'))).toMatchObject({ code: 'DETECTOR_MALFORMED', offset: 0 });
  });
});

const LARGE: readonly (readonly [limit: keyof GuardLimits, most: number, text: string])[] = [
  ['fileBytes', 100, guestText()],
  ['types', 3, RICH_GUEST],
  ['arity', 10, RICH_GUEST],
  ['imports', 7, RICH_GUEST],
  ['functions', 4, RICH_GUEST],
  ['tableEntries', 2, RICH_GUEST],
  ['memoryPages', 1, RICH_GUEST],
  ['globals', 2, RICH_GUEST],
  ['exports', 7, RICH_GUEST],
  ['nameBytes', 20, RICH_GUEST],
  ['segments', 1, RICH_GUEST],
  ['dataBytes', 12, RICH_GUEST],
  ['codeBytes', 200, RICH_GUEST],
  ['bodyBytes', 40, RICH_GUEST],
  ['locals', 2, RICH_GUEST],
  ['chargePoints', 1, RICH_GUEST],
  ['nesting', 2, RICH_GUEST],
  ['branchTargets', 1, RICH_GUEST],
];

describe('the guard limits', () => {
  it.each(LARGE)('%s', async (limit, most, text) => {
    expect(refusal(await assemble(text), { [limit]: most })).toMatchObject({ code: 'DETECTOR_TOO_LARGE' });
  });

  it('local variables by their sum, which few bytes can make huge', async () => {
    const text = guestText({ fields: `(func (local ${'i64 '.repeat(3000)}))` });
    expect(refusal(await assemble(text))).toMatchObject({ code: 'DETECTOR_TOO_LARGE' });
  });

  it('deep nesting and long br_tables by default too', async () => {
    const deep = body(`${'(block '.repeat(5000)}${')'.repeat(5000)}`);
    expect(refusal(await assemble(deep))).toMatchObject({ code: 'DETECTOR_TOO_LARGE' });
    const wide = body(`(block (br_table ${'0 '.repeat(6000)}(i32.const 0)))`);
    expect(refusal(await assemble(wide))).toMatchObject({ code: 'DETECTOR_TOO_LARGE' });
  });
});
