import { beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../testing/assemble.ts';
import { ALL_IMPORTS, guestText, RICH_GUEST } from '../testing/guest-text.ts';
import { runGuarded } from '../testing/run-guarded.ts';
import type { Capability } from './detector-world.ts';
import { guardModule } from './guard-module.ts';

const ALL: ReadonlySet<Capability> = new Set<Capability>(['observe', 'state', 'context', 'respond']);
const guard = async (text: string) => guardModule(await assemble(text), { capabilities: ALL });
const guest = async (text: string) => runGuarded((await guard(text)).bytes);

describe('a module that passes', () => {
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await assemble(RICH_GUEST);
  });

  it('keeps what the world names and closes the rest', () => {
    const guarded = guardModule(bytes, { capabilities: ALL });
    const module = new WebAssembly.Module(guarded.bytes);
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual([
      'memory',
      'cabi_realloc',
      'init',
      'onbatch',
      'ontick',
      '_initialize',
      'picket_g0',
      'picket_g2',
      'picket_fuel',
    ]);
    expect(guarded.imports).toEqual(WebAssembly.Module.imports(module).map(({ name }) => name));
    expect(guarded.memory).toEqual({ min: 2, max: 16 });
  });

  it('gives the same bytes each time, also out of the middle of a file', () => {
    const first = guardModule(bytes, { capabilities: ALL }).bytes;
    const file = new Uint8Array(bytes.length + 30);
    file.set(bytes, 10);
    const second = guardModule(file, { capabilities: ALL }, { start: 10, end: 10 + bytes.length }).bytes;
    expect(Buffer.compare(first, second)).toBe(0);
  });

  it('computes what it computed before', async () => {
    const text = guestText({
      onbatch: '(call $sum (local.get 0) (local.get 1))',
      fields: `
        (data (i32.const 100) "\\05\\07\\0b")
        (func $sum (param i32 i32) (result i32) (local $all i32)
          (loop $next
            (local.set $all (i32.add (local.get $all) (i32.load8_u (local.get 0))))
            (local.set 0 (i32.add (local.get 0) (i32.const 1)))
            (br_if $next (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
          (local.get $all))`,
    });
    const running = await guest(text);
    running.fuel = 1000n;
    expect(running.call('onbatch', 100, 3)).toBe(23);
  });

  it('takes functions of the host by its capabilities', async () => {
    const state = guestText({
      imports: '(import "picket:detector/host@0.1.0" "stateget" (func (param i32 i32 i32)))',
    });
    const binary = await assemble(state);
    expect(guardModule(binary, { capabilities: new Set(['state']) }).imports).toEqual(['stateget']);
    expect(() => guardModule(binary, { capabilities: new Set(['context']) })).toThrowError(
      expect.objectContaining({ code: 'DETECTOR_CAPABILITY' }),
    );
  });

  it('gets a maximum for its memory', async () => {
    const binary = await assemble(guestText({ onbatch: '(memory.grow (i32.const 100))' }));
    const guarded = guardModule(binary, { capabilities: ALL, limits: { memoryPages: 20 } });
    expect(guarded.memory).toEqual({ min: 2, max: 20 });
    const running = runGuarded(guarded.bytes);
    running.fuel = 10_000n;
    expect(running.call('onbatch', 0, 0)).toBe(-1);
  });

  it('drops names and other custom sections', async () => {
    const text = guestText({ fields: '(func $secret_name_of_a_function) (@custom "producers" "secret_tool")' });
    const { bytes: out } = await guard(text);
    expect(Buffer.from(out).includes('secret')).toBe(false);
  });
});

describe('fuel', () => {
  const FOREVER = '(loop $again (br $again)) (unreachable)';

  it.each(['init', 'onbatch'] as const)('ends an endless loop in %s', async (name) => {
    const running = await guest(guestText({ [name]: FOREVER }));
    running.fuel = 1_000_000n;
    expect(() => running.call(name, 0, 0)).toThrow(WebAssembly.RuntimeError);
    expect(running.fuel).toBeLessThan(0n);
  });

  it('ends an endless loop in ontick', async () => {
    const running = await guest(guestText({ ontick: FOREVER }));
    running.fuel = 1_000_000n;
    expect(() => running.call('ontick', 1n)).toThrow(WebAssembly.RuntimeError);
    expect(running.fuel).toBeLessThan(0n);
  });

  it('lets an endless start function be instantiated, and ends it as _initialize', async () => {
    const running = await guest(guestText({ fields: `(func $main ${FOREVER}) (start $main)` }));
    running.fuel = 1_000_000n;
    expect(() => running.call('_initialize')).toThrow(WebAssembly.RuntimeError);
    expect(running.fuel).toBeLessThan(0n);
  });

  it('ends recursion without end, through a table too', async () => {
    const running = await guest(
      guestText({
        onbatch: '(call_indirect (type $again) (i32.const 0)) (i32.const 0)',
        fields:
          '(type $again (func)) (table 1 funcref) (elem (i32.const 0) $self) (func $self (call_indirect (type $again) (i32.const 0)))',
      }),
    );
    running.fuel = 500n;
    expect(() => running.call('onbatch', 0, 0)).toThrow(WebAssembly.RuntimeError);
    expect(running.fuel).toBeLessThan(0n);
  });

  it('is needed from the start', async () => {
    const running = await guest(guestText());
    expect(() => running.call('init', 0, 0)).toThrow(WebAssembly.RuntimeError);
  });

  it.each(['memory.fill', 'memory.copy'])('pays for %s by its length', async (operation) => {
    const running = await guest(
      guestText({
        onbatch: `(${operation} (i32.const 0) (i32.const 0) (local.get 1)) (i32.const 0)`,
      }),
    );
    const cost = (length: number) => {
      running.fuel = 100_000n;
      running.call('onbatch', 0, length);
      return 100_000n - running.fuel;
    };
    expect(cost(80_000) - cost(0)).toBe(10_000n);
    running.fuel = 100_000n;
    expect(() => running.call('onbatch', 0, -1)).toThrow(WebAssembly.RuntimeError);
    expect(running.fuel).toBeLessThan(0n);
  });

  it('costs at least what runs: each turn of a loop pays for the whole of its body', async () => {
    const running = await guest(
      guestText({
        onbatch: `(local $turn i32)
          (loop $outer
            (local.set $turn (i32.add (local.get $turn) (i32.const 1)))
            (br_if $outer (i32.lt_u (local.get $turn) (local.get 1))))
          (i32.const 0)`,
      }),
    );
    const cost = (turns: number) => {
      running.fuel = 1_000_000n;
      running.call('onbatch', 0, turns);
      return 1_000_000n - running.fuel;
    };
    // Nine instructions: five of the sum, three of the comparison, the end.
    expect(cost(1001) - cost(1)).toBe(9000n);
  });

  it('can not be reached by the guest', async () => {
    const binary = await assemble(
      guestText({ fields: '(global $mine (mut i64) (i64.const 5)) (func $x (global.set $mine (i64.const 9)))' }),
    );
    const marker = [0x42, 0x09, 0x24, 0x00];
    const at = Buffer.from(binary).indexOf(Buffer.from(marker)) + 3;
    binary[at] = 1;
    expect(() => guardModule(binary, { capabilities: ALL })).toThrowError(
      expect.objectContaining({ code: 'DETECTOR_INVALID', offset: expect.any(Number) }),
    );
  });

  it('is charged in code that can not be reached as well', async () => {
    const text = guestText({
      imports: ALL_IMPORTS,
      onbatch: '(return (i32.const 1)) (memory.copy)',
    });
    const running = await guest(text);
    running.fuel = 1000n;
    expect(running.call('onbatch', 0, 0)).toBe(1);
  });
});
