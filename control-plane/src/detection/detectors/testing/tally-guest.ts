import { createHash } from 'node:crypto';
import { Header, Kind } from '@picket/sdk';
import { guardModule } from '../../host/guard/guard-module.ts';
import { assemble } from '../../host/testing/assemble.ts';
import { ALL_IMPORTS, guestText } from '../../host/testing/guest-text.ts';
import type { LiveDetector } from '../live-detector.ts';

/** Process ids of records at which the guest does something bad. */
export const TRAP_AT = 666;
export const SPIN_AT = 667;

const EMIT_END = '(i32.const 40) (i32.const 0) (i32.const 40) (i32.const 0)';

/**
 * A detector whose every finding depends on all it was ever given, in order: a running hash over dictionary and records in its
 * memory, ticks in it too, and a count in its state store. What is given twice, left out or told in another order shows in all that
 * follows. One record in `one in` is a finding; its message is hash, count and the time of the last tick in hex. Texts are UTF-8.
 */
const tally = (oneIn: number, pages: number, looseIn: number) =>
  guestText({
    imports: ALL_IMPORTS,
    memory: `(memory (export "memory") ${pages})`,
    realloc: '(i32.const 65536)',
    init: '(call $load) (if (i32.eq (i32.load8_u (local.get 0)) (i32.const 33)) (then (i32.store8 (i32.const 64) (i32.const 1)) (i32.store (i32.const 68) (i32.const 48)) (i32.store (i32.const 72) (i32.const 3)) (return (i32.const 64)))) (call $log (i32.const 1) (i32.const 48) (i32.const 3)) (i32.const 0)',
    onbatch: '(call $batch (local.get 0)) (i32.const 0)',
    ontick: '(call $mix (i32.wrap_i64 (local.get 0))) (call $say (i32.const -1) (i32.const 51)) (i32.const 0)',
    fields: `
  (global $hash (mut i32) (i32.const 7))
  (global $count (mut i32) (i32.const 0))
  (global $slot (mut i32) (i32.const 0))
  (data (i32.const 16) "0123456789abcdef")
  (data (i32.const 44) "k")
  (data (i32.const 48) "hittic")
  (func $load
    (call $stateget (i32.const 44) (i32.const 1) (i32.const 80))
    (if (i32.load8_u (i32.const 80)) (then (global.set $count (i32.load (i32.load (i32.const 84)))))))
  (func $mix (param $value i32)
    (global.set $hash (i32.add (i32.mul (global.get $hash) (i32.const 31)) (local.get $value))))
  (func $hex (param $at i32) (param $value i32) (local $i i32)
    (loop $next
      (i32.store8 (i32.add (local.get $at) (local.get $i))
        (i32.load8_u (i32.add (i32.const 16) (i32.shr_u (local.get $value) (i32.const 28)))))
      (local.set $value (i32.shl (local.get $value) (i32.const 4)))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8)))))
  (func $say (param $event i32) (param $title i32)
    (call $hex (i32.const 96) (global.get $hash))
    (call $hex (i32.const 104) (global.get $count))
    (call $emit (local.get $title) (i32.const 3) (i32.const 2) (i32.const 96) (i32.const 16) (local.get $event)
      (global.get $slot) ${EMIT_END}))
  (func $batch (param $at i32) (local $p i32) (local $i i32) (local $left i32)
    (local.set $p (i32.add (local.get $at) (i32.load offset=8 (local.get $at))))
    (local.set $left (i32.add (local.get $p) (i32.load offset=12 (local.get $at))))
    (block $told
      (loop $entry
        (br_if $told (i32.ge_u (local.get $p) (local.get $left)))
        (call $mix (i32.add (i32.const 4096) (i32.load16_u offset=${Header.slot} (local.get $p))))
        (local.set $p (i32.add (local.get $p) (i32.load16_u offset=${Header.length} (local.get $p))))
        (br $entry)))
    (block $done
      (loop $record
        (br_if $done (i32.ge_u (local.get $i) (i32.load offset=16 (local.get $at))))
        (call $one (local.get $p) (local.get $i))
        (local.set $p (i32.add (local.get $p) (i32.load16_u offset=${Header.length} (local.get $p))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $record)))
    (i32.store (i32.const 88) (global.get $count))
    (drop (call $stateput (i32.const 44) (i32.const 1) (i32.const 88) (i32.const 4))))
  (func $one (param $p i32) (param $i i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (call $mix (i32.load offset=${Header.sequence} (local.get $p)))
    (call $mix (i32.load offset=${Header.tgid} (local.get $p)))
    (if (i32.eq (i32.load offset=${Header.tgid} (local.get $p)) (i32.const ${TRAP_AT})) (then (unreachable)))
    (if (i32.eq (i32.load offset=${Header.tgid} (local.get $p)) (i32.const ${SPIN_AT})) (then (loop $ever (br $ever))))
    (global.set $slot (i32.load16_u offset=${Header.slot} (local.get $p)))
    (if (i32.eqz (i32.rem_u (global.get $hash) (i32.const ${oneIn}))) (then (call $say ${looseIn === 0 ? '(local.get $i)' : loose(looseIn)} (i32.const 48)))))`,
  });

/** No event for one of so many. */
const loose = (oneIn: number) =>
  `(select (i32.const -1) (local.get $i) (i32.eqz (i32.rem_u (i32.shr_u (global.get $hash) (i32.const 8)) (i32.const ${oneIn}))))`;

/**
 * The guarded module.
 * @param pages of its memory: it has room for a batch in all but the first of them
 * @param looseIn one of so many findings names no event; 0 for none
 */
export async function tallyModule(oneIn = 5, pages = 4, looseIn = 0): Promise<Uint8Array> {
  const capabilities = new Set(['observe', 'state', 'context', 'respond'] as const);
  return guardModule(await assemble(tally(oneIn, pages, looseIn)), { capabilities }).bytes;
}

/** A version of it that runs; what a test does not say is harmless. */
export function tallyDetector(module: Uint8Array, more: Partial<LiveDetector> = {}): LiveDetector {
  const name = more.name ?? 'tally';
  const version = more.version ?? '1.0.0';
  return {
    versionId: createHash('sha256').update(`${name} ${version}`).digest('hex'),
    name,
    version,
    owner: 'ann',
    scope: null,
    stage: 'active',
    paused: false,
    kinds: [Kind.ProcessExec, Kind.NetConnect],
    tickSeconds: 0,
    severity: 'Warning',
    tags: [],
    mitre: [],
    module,
    hash: createHash('sha256').update(module).digest('hex'),
    encoding: 'utf8',
    config: '{}',
    capabilities: ['observe', 'state', 'context', 'respond'],
    limits: { memoryPages: 64, fuel: 50_000_000n, deadlineMs: 1000, stateBytes: 65_536, findingsPerMinute: 1_000_000 },
    migrate: 'keep',
    ...more,
  };
}
