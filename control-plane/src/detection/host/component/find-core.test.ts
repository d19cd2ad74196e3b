import { beforeAll, describe, expect, it } from 'vitest';
import { DetectorRefused } from '../guard/detector-refused.ts';
import { assemble } from '../testing/assemble.ts';
import { ALL_IMPORTS, guestText } from '../testing/guest-text.ts';
import { componentOf } from './check-conformance.ts';
import { findCore } from './find-core.ts';

let core: Uint8Array;
beforeAll(async () => {
  core = await assemble(guestText({ imports: ALL_IMPORTS }));
});

const refusalOf = (file: Uint8Array): unknown => {
  try {
    return findCore(file);
  } catch (error) {
    return error;
  }
};

describe('the core module of a component', () => {
  it.each(['utf8', 'utf16'] as const)('is found, with %s text', async (encoding) => {
    const file = await componentOf(core, encoding);
    const found = findCore(file);
    expect(found.encoding).toBe(encoding);
    const module = new WebAssembly.Module(file.slice(found.span.start, found.span.end));
    expect(WebAssembly.Module.exports(module)).toEqual(
      WebAssembly.Module.exports(new WebAssembly.Module(core.slice())),
    );
  });

  it('is found without imports, where there are no modules of the tools', async () => {
    const plain = await componentOf(await assemble(guestText()), 'utf16');
    expect(findCore(plain).encoding).toBe('utf16');
  });

  it('is not taken from a file that ends too early', async () => {
    const file = await componentOf(core, 'utf8');
    const taken: number[] = [];
    for (let length = 8; length < file.length; length++) {
      const found = refusalOf(file.slice(0, length));
      if (found instanceof DetectorRefused) expect(found.offset).toBeLessThanOrEqual(length);
      else taken.push(length);
    }
    // The last export is read by then: what is missing is a section that only says which tools made the file.
    expect(taken.length).toBeLessThan(3);
  });
});

/** A component in text around a core module of the world; `lift` may change what is lifted how. */
const component = (more: string, lift = (text: string) => text) => `(component
  ${more}
  (core module $main
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "init") (param i32 i32) (result i32) unreachable)
    (func (export "onbatch") (param i32 i32) (result i32) unreachable)
    (func (export "ontick") (param i64) (result i32) unreachable)
    (func (export "cabi_post_init") (param i32)))
  (core instance $i (instantiate $main))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "cabi_realloc" (core func $realloc))
  (alias core export $i "init" (core func $init))
  (alias core export $i "onbatch" (core func $onbatch))
  (alias core export $i "ontick" (core func $ontick))
  (alias core export $i "cabi_post_init" (core func $post))
  (type $r (result (error string)))
  ${lift(`
  (func (export "init") (param "config" string) (result $r)
    (canon lift (core func $init) (memory $memory) (realloc $realloc) (post-return $post)))
  (func (export "onbatch") (param "events" (list u8)) (result $r)
    (canon lift (core func $onbatch) (memory $memory) (realloc $realloc)))
  (func (export "ontick") (param "now" u64) (result $r)
    (canon lift (core func $ontick) (memory $memory)))`)}
)`;

const CASES: readonly (readonly [name: string, text: string, code: string])[] = [
  ['a component within', component('(component)'), 'DETECTOR_COMPONENT'],
  [
    'another core module with code',
    component('(core module (func (result i32) (i32.add (i32.const 1) (i32.const 2))))'),
    'DETECTOR_COMPONENT',
  ],
  ['another core module with memory', component('(core module (memory 1))'), 'DETECTOR_COMPONENT'],
  ['four core modules', component('(core module) (core module) (core module)'), 'DETECTOR_COMPONENT'],
  [
    'two instances',
    component('').replace(
      '(alias core export $i "memory"',
      '(core instance (instantiate $main)) (alias core export $i "memory"',
    ),
    'DETECTOR_COMPONENT',
  ],
  ['a core type', component('(core type (func))'), 'DETECTOR_COMPONENT'],
  ['an instance', component('(component $c) (instance (instantiate $c))'), 'DETECTOR_COMPONENT'],
  ['an import of WASI', component('(import "wasi:cli/stdout@0.2.0" (instance))'), 'DETECTOR_IMPORT'],
  ['an imported function', component('(import "run" (func))'), 'DETECTOR_IMPORT'],
  ['a quote in the name of an import', component('(import "unlocked-dep=<x:y>" (instance))'), 'DETECTOR_IMPORT'],
  [
    'a further export',
    component('', (text) => `${text} (func (export "extra") (canon lift (core func $post)))`).replace(
      '(func (export "extra")',
      '(func (export "extra") (param "x" u32)',
    ),
    'DETECTOR_EXPORT',
  ],
  ['no ontick', component('', (text) => text.slice(0, text.indexOf('(func (export "ontick")'))), 'DETECTOR_EXPORT'],
  [
    'functions that are exchanged',
    component('', (text) => text.replace('core func $init', 'core func $onbatch')),
    'DETECTOR_COMPONENT',
  ],
  [
    'another post-return',
    component('', (text) => text.replace('(realloc $realloc)))', '(realloc $realloc) (post-return $post)))')),
    'DETECTOR_COMPONENT',
  ],
  [
    'another allocator',
    component('')
      .replace('"cabi_realloc" (core func', '"my_realloc" (core func')
      .replace('(export "cabi_realloc")', '(export "my_realloc")'),
    'DETECTOR_COMPONENT',
  ],
  [
    'latin1 text',
    component('', (text) =>
      text.replace('(realloc $realloc) (post', 'string-encoding=latin1+utf16 (realloc $realloc) (post'),
    ),
    'DETECTOR_COMPONENT',
  ],
  [
    'two encodings',
    component('', (text) => text.replace('(realloc $realloc) (post', 'string-encoding=utf16 (realloc $realloc) (post')),
    'DETECTOR_COMPONENT',
  ],
  [
    'a resource',
    component('(type $t (resource (rep i32))) (core func (canon resource.drop $t))'),
    'DETECTOR_COMPONENT',
  ],
];

describe('a component is refused with', () => {
  it.each(CASES)('%s', async (_, text, code) => {
    const file = await assemble(text);
    expect(refusalOf(file)).toMatchObject({ code, offset: expect.any(Number) });
  });

  it('nothing wrong: it is taken', async () => {
    expect(findCore(await assemble(component('')))).toMatchObject({ encoding: 'utf8' });
  });
});
