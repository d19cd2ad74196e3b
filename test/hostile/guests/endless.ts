import type { HostileGuest } from '../hostile-guest.ts';
import { acting, core, FINE, times } from './core-guest.ts';

const LOOP = '(loop $again (br $again))';
const SHORT = 'limits: {deadline_ms: 200}';
const LITTLE_FUEL = 'limits: {fuel: 5000000}';
/** Calls that take longer than the time between two checkpoints. */
const LONG = 300;
const FUEL = 'fuel of a call';
const DEADLINE = 'deadline of a call';
const ONE_PAGE = '(drop (memory.grow (i32.const 1)))';

/** Those that do not come to an end, or want everything there is. */
export const ENDLESS: readonly HostileGuest[] = [
  {
    name: 'endless loop in init, by fuel',
    heldBy: FUEL,
    lines: [LITTLE_FUEL],
    payload: () => core({ init: `${LOOP} ${FINE}` }),
    ending: { refused: 'DETECTOR_FUEL' },
  },
  {
    name: 'endless loop in init, by time',
    heldBy: DEADLINE,
    lines: [SHORT],
    payload: () => core({ init: `${LOOP} ${FINE}` }),
    ending: { refused: 'DETECTOR_DEADLINE' },
  },
  {
    name: 'endless loop in the start function',
    heldBy: 'it is called with the fuel of init',
    lines: [LITTLE_FUEL],
    payload: () => core({ fields: `(func $s ${LOOP}) (start $s)` }),
    ending: { refused: 'DETECTOR_FUEL' },
  },
  {
    name: 'endless loop in _initialize',
    heldBy: 'it is called with the deadline of init',
    lines: [SHORT],
    payload: () => core({ fields: `(func (export "_initialize") ${LOOP})` }),
    ending: { refused: 'DETECTOR_DEADLINE' },
  },
  {
    name: 'endless loop in onbatch, by fuel',
    heldBy: FUEL,
    lines: [LITTLE_FUEL],
    payload: () => acting(LOOP),
    ending: { faults: 'DETECTOR_FUEL' },
  },
  {
    name: 'endless loop in onbatch, by time',
    heldBy: DEADLINE,
    lines: [SHORT],
    payload: () => acting(LOOP),
    ending: { faults: 'DETECTOR_DEADLINE' },
  },
  {
    name: 'endless loop in ontick',
    heldBy: DEADLINE,
    lines: [SHORT, 'tick: 1'],
    payload: () => core({ ontick: `${LOOP} ${FINE}` }),
    ending: { faults: 'DETECTOR_DEADLINE' },
  },
  {
    name: 'endless loop in cabi_post_onbatch',
    heldBy: DEADLINE,
    lines: [SHORT],
    payload: () =>
      core({
        onbatch: '(global.set $seen (i32.load offset=16 (local.get 0))) (i32.const 0)',
        fields: `(global $seen (mut i32) (i32.const 0))
          (func (export "cabi_post_onbatch") (param i32) (if (global.get $seen) (then ${LOOP})))`,
      }),
    ending: { faults: 'DETECTOR_DEADLINE' },
  },
  {
    name: 'endless calls of the host',
    heldBy: 'host calls cost fuel',
    lines: ['limits: {fuel: 20000000}'],
    payload: () => acting('(loop $again (call $log (i32.const 1) (i32.const 0) (i32.const 9)) (br $again))'),
    ending: { faults: 'DETECTOR_FUEL' },
  },
  {
    name: 'unbounded recursion',
    heldBy: 'stack of the engine',
    payload: () => acting('(drop (call $deep))', '(func $deep (result i32) (i32.add (call $deep) (i32.const 1)))'),
    ending: { faults: 'DETECTOR_STACK' },
  },
  {
    name: 'unbounded recursion through the table',
    heldBy: 'stack of the engine',
    payload: () =>
      acting(
        '(drop (call $deep (i32.const 1)))',
        `(type $t (func (param i32) (result i32))) (table 1 funcref) (elem (i32.const 0) $deep)
         (func $deep (type $t) (i32.add (call_indirect (type $t) (local.get 0) (i32.const 0)) (i32.const 1)))`,
      ),
    ending: { faults: 'DETECTOR_STACK' },
  },
  {
    name: 'recursion with 2000 local variables a call',
    heldBy: 'stack of the engine',
    payload: () =>
      acting(
        '(drop (call $deep))',
        `(func $deep (result i32) (local ${'i64 '.repeat(1990)}) (i32.add (call $deep) (i32.const 1)))`,
      ),
    ending: { faults: 'DETECTOR_STACK' },
  },
  {
    name: 'memory.grow without end',
    heldBy: 'maximum of the memory; each growth costs fuel',
    lines: [LITTLE_FUEL],
    payload: () => acting(`(loop $again ${ONE_PAGE} (br $again))`),
    ending: { faults: 'DETECTOR_FUEL' },
  },
  {
    name: 'memory.grow to the maximum',
    heldBy: 'maximum of the memory, 64 MiB',
    payload: () => acting('(loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))'),
    ending: { runs: 'events' },
  },
  {
    name: 'memory.grow by 4 GiB',
    heldBy: 'maximum of the memory',
    payload: () => acting('(drop (memory.grow (i32.const 65535)))'),
    ending: { runs: 'events' },
  },
  {
    name: 'memory filled with what does not compress',
    calls: LONG,
    heldBy: 'snapshots are taken beside the work and bounded',
    lines: ['limits: {deadline_ms: 10000, fuel: 20000000000}'],
    payload: () =>
      acting(
        `(local $x i64) (local $at i32)
         (if (global.get $done) (then (return)))
         (global.set $done (i32.const 1))
         (drop (memory.grow (i32.const 1008)))
         (local.set $x (i64.const 88172645463325252))
         (local.set $at (i32.const ${1 << 20}))
         (loop $next
           (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 13))))
           (local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 7))))
           (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 17))))
           (i64.store (local.get $at) (local.get $x))
           (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const ${64 << 20}))))`,
        '(global $done (mut i32) (i32.const 0))',
      ),
    ending: { runs: 'events' },
  },
  {
    name: 'state store filled to the brim',
    calls: LONG,
    heldBy: '`state_kib`; stateput says false',
    lines: ['limits: {state_kib: 16384}'],
    payload: () =>
      acting(
        times(
          300,
          `(i32.store (i32.const 64) (i32.add (local.get $i) (i32.const 0x00410041)))
           (drop (call $stateput (i32.const 64) (i32.const 2) (i32.const 0) (i32.const 65536)))`,
        ),
      ),
    ending: { runs: 'events' },
  },
  {
    name: 'state store with a key for each byte',
    heldBy: 'each entry counts 64 bytes more',
    lines: ['limits: {state_kib: 16384, deadline_ms: 5000}'],
    payload: () =>
      acting(
        times(
          20_000,
          `(global.set $n (i32.add (global.get $n) (i32.const 1)))
           (i32.store16 (i32.const 64) (i32.and (global.get $n) (i32.const 0x7fff)))
           (i32.store16 (i32.const 66) (i32.shr_u (global.get $n) (i32.const 15)))
           (drop (call $stateput (i32.const 64) (i32.const 2) (i32.const 0) (i32.const 0)))`,
        ),
        '(global $n (mut i32) (i32.const 0))',
      ),
    ending: { runs: 'events' },
  },
  {
    name: 'slow for every batch, below its deadline',
    heldBy: 'a queue of its own; fuel of its owner by the second',
    lines: ['limits: {deadline_ms: 2000, fuel: 20000000000}'],
    payload: () => acting(times(250_000_000, '')),
    ending: { runs: 'calls' },
  },
];
