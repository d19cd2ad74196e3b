import { assemble } from '../../../control-plane/src/detection/host/testing/assemble.ts';
import { BYTE, type HostileGuest } from '../hostile-guest.ts';
import { acting, base64, core, FINE, text, times } from './core-guest.ts';

const HOST = 'picket:detector/host@0.1.0';
const body =
  (code: string, fields = '') =>
  () =>
    core({ onbatch: `${code} ${FINE}`, fields });
const fields = (more: string) => () => core({ fields: more });
const memory = (more: string) => () => core({ memory: more });
const imports = (more: string) => () => core({ imports: more });
const refused =
  (code: string, heldBy: string) =>
  (name: string, payload: HostileGuest['payload']): HostileGuest => ({
    ...{ name, payload, heldBy },
    ending: { refused: code, at: BYTE },
  });

const strange = refused('DETECTOR_IMPORT', 'only functions of the host can be imported');
const feature = refused('DETECTOR_FEATURE', 'only instructions and types of a list are taken');
const large = refused('DETECTOR_TOO_LARGE', 'a limit for each part');
const malformed = refused('DETECTOR_MALFORMED', 'all of the file is read before any of it is used');
const wrong = refused('DETECTOR_EXPORT', 'exports by name and type');

/** Core modules that want what there is not, or too much of it. */
export const MODULES: readonly HostileGuest[] = [
  strange(
    'import of WASI',
    imports('(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))'),
  ),
  strange('import of env', imports('(import "env" "abort" (func))')),
  strange('import of a function that the host does not have', imports(`(import "${HOST}" "exec" (func))`)),
  strange(
    'import from another version of the host',
    imports('(import "picket:detector/host@0.2.0" "now" (func (result i64)))'),
  ),
  strange('import with another type', imports(`(import "${HOST}" "now" (func (result i32)))`)),
  strange('imported memory', () =>
    core({ imports: `(import "${HOST}" "memory" (memory 2))`, memory: '(export "memory" (memory 0))' }),
  ),
  strange('imported table', imports(`(import "${HOST}" "t" (table 1 funcref))`)),
  strange('imported global', imports(`(import "${HOST}" "g" (global i32))`)),
  strange(
    'quote in the name of an import',
    imports(`(import "${HOST}" "now\\"+process.exit()+\\"" (func (result i64)))`),
  ),
  strange(
    'quote in the module of an import',
    imports('(import "x\\");process.exit();(\\"" "now" (func (result i64)))'),
  ),
  strange('import named __proto__', imports(`(import "${HOST}" "__proto__" (func))`)),
  feature('shared memory', memory('(memory (export "memory") 2 4 shared)')),
  feature('memory of 64 bits', memory('(memory (export "memory") i64 2)')),
  feature('table of 64 bits', fields('(table i64 1 funcref)')),
  feature('table of references of the host', fields('(table 1 externref)')),
  feature('table.grow', body('(drop (table.grow 0 (ref.null func) (i32.const 9)))', '(table 1 funcref)')),
  feature('atomic instruction', body('(drop (i32.atomic.load (i32.const 0)))')),
  feature('atomic wait', body('(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))')),
  feature('vector instruction', body('(drop (i8x16.splat (i32.const 1)))')),
  feature('vector in a global', fields('(global v128 (v128.const i64x2 0 0))')),
  feature('tail call', body('(return_call $self)', '(func $self (result i32) (i32.const 0))')),
  feature('exception', body('(throw 0)', '(tag)')),
  feature('handler of exceptions', body('(block $h (try_table (catch_all $h)))')),
  feature('tag of an exception', fields('(tag)')),
  feature('garbage-collected type', fields('(type (struct (field i32)))')),
  feature('reference to a function', body('(drop (ref.func 0))', '(elem declare func 0)')),
  feature('memory.init', body('(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))', '(data "x")')),
  large('two memories', fields('(memory 1)')),
  large('memory of 4 GiB at the start', memory('(memory (export "memory") 65536)')),
  large('table of ten million entries', fields('(table 10000000 funcref)')),
  large('data of 5 MiB', fields(`(data (i32.const 131072) "${'\\ff'.repeat(5 << 20)}")`)),
  large('12 000 segments of data', fields('(data (i32.const 0) "")'.repeat(12_000))),
  large('2000 exports', fields(Array.from({ length: 2000 }, (_, i) => `(export "e${i}" (memory 0))`).join(' '))),
  large('name of 100 000 bytes', fields(`(export "${'n'.repeat(100_000)}" (memory 0))`)),
  large('25 000 functions', fields('(func)'.repeat(25_000))),
  large(
    '3000 types',
    fields(Array.from({ length: 3000 }, (_, i) => `(type (func (param ${'i32 '.repeat(i % 50)})))`).join(' ')),
  ),
  large('100 parameters', fields(`(type (func (param ${'i64 '.repeat(100)})))`)),
  large('3000 local variables', fields(`(func (local ${'i64 '.repeat(3000)}))`)),
  large('4 billion local variables in few bytes', async () => ({ core: base64(await manyLocals()) })),
  large('blocks that nest 5000 deep', body(`${'(block '.repeat(5000)}${')'.repeat(5000)}`)),
  large('br_table of 6000 targets', body(`(block (br_table ${'0 '.repeat(6000)}(i32.const 0)))`)),
  large('5000 loops in a function', body('(loop)'.repeat(5000))),
  {
    name: 'file of 8.5 MiB',
    heldBy: 'bytes of the file',
    payload: () => ({ core: base64(new Uint8Array(17 << 19)) }),
    ending: { refused: 'REQUEST_INVALID' },
  },
  {
    name: 'request of 20 MiB',
    heldBy: 'bytes of the request',
    payload: () => ({ core: base64(new Uint8Array(15 << 20)) }),
    ending: { refused: 'BODY_TOO_LARGE' },
  },
  {
    name: 'custom section of 5 MiB',
    heldBy: 'custom sections are dropped',
    payload: async () => ({ core: base64(Buffer.concat([await assemble(text()), customSection(5 << 20)])) }),
    ending: { runs: 'events' },
  },
  large('function of 300 KiB', body('(nop)'.repeat(300 << 10))),
  malformed('data beyond the memory', () =>
    core({ memory: '(memory (export "memory") 2)', fields: '(data (i32.const 131070) "abc")' }),
  ),
  malformed('table entries beyond the table', fields('(table 1 funcref) (elem (i32.const 1) func 0)')),
  malformed('no module at all', () => ({ core: base64(Buffer.from('#!/bin/sh\nexit 0\n')) })),
  malformed('section that is longer than the file', () => ({
    core: base64(Buffer.from([...HEADER, 1, 0xff, 0xff, 0x03])),
  })),
  malformed('number that does not end', () => ({ core: base64(Buffer.from([...HEADER, 1, ...Array(40).fill(0x80)])) })),
  wrong('no onbatch', async () => ({ core: await renamed('"onbatch"', '"onevent"') })),
  wrong('init of another type', async () => ({
    core: await renamed('(export "init") (param i32 i32)', '(export "init") (param i32 i64)'),
  })),
  wrong('start function beside _initialize', fields('(func $s) (start $s) (func (export "_initialize"))')),
  wrong('memory that is not exported', memory('(memory 1)')),
  refused('DETECTOR_INVALID', 'validation by the engine')(
    'types that do not fit',
    body('(i64.const 1) (drop) (i32.add) (drop)'),
  ),
  {
    name: 'host function without its capability in the manifest',
    heldBy: 'functions by granted capability',
    lines: ['capabilities: [observe]'],
    payload: () => core(),
    ending: { refused: 'DETECTOR_CAPABILITY', at: BYTE },
  },
  {
    name: 'quotes in export names, to break out of generated code',
    heldBy: 'no code is generated; other exports are dropped',
    payload: () =>
      acting('(nop)', '(func (export "x\\22);process.exit(1);(\\22")) (func (export "`+process.exit(1)+`"))'),
    ending: { runs: 'events' },
  },
  {
    name: 'exports named like the fuel and the parts of objects',
    heldBy: 'other exports are dropped',
    payload: () =>
      core({
        fields: `(global (mut i64) (i64.const 0)) (export "picket_fuel" (global 0)) (export "__proto__" (memory 0))
          (export "constructor" (memory 0)) (export "then" (memory 0))`,
      }),
    ending: { runs: 'events' },
  },
  {
    name: 'table of 20 000 entries, all in use',
    heldBy: 'maximum of the table',
    payload: () =>
      acting(
        times(100, '(call_indirect (type $t) (local.get $i))'),
        `(type $t (func)) (func $f (type $t)) (table 20000 funcref) (elem (i32.const 0) func ${'$f '.repeat(20_000)})`,
      ),
    ending: { runs: 'events' },
  },
];

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** A module with a function that tells its locals as a count of 2^32 - 1. */
async function manyLocals(): Promise<Uint8Array> {
  const file = Buffer.from(await assemble(text({ fields: '(func (local i32 i64 i32 i64 i32 i64))' })));
  const at = file.indexOf(Buffer.from([6, 1, 0x7f, 1, 0x7e, 1, 0x7f, 1, 0x7e, 1, 0x7f, 1, 0x7e]));
  // one group of locals in place of six; then as many instructions that do nothing as are left over
  file.set([1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7e, 1, 1, 1, 1, 1, 1], at);
  return file;
}

/** @param length of what it holds, below 2^28 */
function customSection(length: number): Uint8Array {
  const size = [0, 7, 14, 21].map((shift) => ((length >> shift) & 0x7f) | (shift < 21 ? 0x80 : 0));
  // a name of no bytes comes first, which is one of those it holds
  return Buffer.concat([Buffer.from([0, ...size]), new Uint8Array(length)]);
}

async function renamed(from: string, to: string): Promise<string> {
  return base64(await assemble(text().replace(from, to)));
}
