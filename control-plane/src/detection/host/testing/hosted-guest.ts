import { createHash } from 'node:crypto';
import type { Capability } from '../guard/detector-world.ts';
import { guardModule } from '../guard/guard-module.ts';
import { type GuestBatch, guestBatch } from '../instance/guest-batch.ts';
import type { HostedDetector } from '../pool/host-contract.ts';
import { assemble } from './assemble.ts';
import { ALL_IMPORTS, type GuestParts, guestText } from './guest-text.ts';

const ALL: readonly Capability[] = ['observe', 'state', 'context', 'respond'];

/** Number of records that makes the guest below loop without end, and one that makes it trap. */
export const LOOPS = 6;
export const TRAPS = 5;
/** A batch that makes the guest below need two megabytes more. */
export const GROWS = 4;

/**
 * A guest that counts its batches in a global and in its memory, and says the number in the slot of a finding: memory, times 256,
 * plus global. It keeps "abc" under "abc" in its state store.
 */
const COUNTING: GuestParts = {
  imports: ALL_IMPORTS,
  memory: '(memory (export "memory") 2 1024)',
  realloc: `(global.set $next (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -8)))
    (i32.const 8192)`,
  onbatch: `(local $count i32)
    (local.set $count (i32.load offset=16 (local.get 0)))
    (loop $again (br_if $again (i32.eq (local.get $count) (i32.const ${LOOPS}))))
    (if (i32.eq (local.get $count) (i32.const ${TRAPS})) (then (unreachable)))
    (if (i32.eq (local.get $count) (i32.const ${GROWS})) (then (drop (memory.grow (i32.const 32)))))
    (global.set $n (i32.add (global.get $n) (i32.const 1)))
    (i32.store (i32.const 1000) (i32.add (i32.load (i32.const 1000)) (i32.const 1)))
    (drop (call $stateput (i32.const 16) (i32.const 3) (i32.const 16) (i32.const 3)))
    (call $emit (i32.const 16) (i32.const 3) (i32.const 4) (i32.const 16) (i32.const 3) (i32.const -1)
      (i32.add (global.get $n) (i32.mul (i32.const 256) (i32.load (i32.const 1000))))
      (i32.const 16) (i32.const 3) (i32.const 0) (i32.const 0))
    (i32.const 64)`,
  fields: '(global $n (mut i32) (i32.const 0)) (global $next (mut i32) (i32.const 8192)) (data (i32.const 16) "abc")',
};

/** A guarded guest, ready to be opened in a host. */
export async function hostedGuest(
  key: string,
  parts: GuestParts = COUNTING,
  more: Partial<HostedDetector> = {},
): Promise<HostedDetector> {
  const text = guestText({
    imports: ALL_IMPORTS,
    init: '(i32.const 64)',
    onbatch: '(i32.const 64)',
    ontick: '(i32.const 64)',
    ...parts,
  });
  return hosted(key, guardModule(await assemble(text), { capabilities: new Set(ALL) }).bytes, more);
}

export const hosted = (key: string, module: Uint8Array, more: Partial<HostedDetector> = {}): HostedDetector => ({
  key,
  module,
  hash: createHash('sha256').update(module).digest('hex'),
  encoding: 'utf8',
  config: '{}',
  capabilities: ALL,
  limits: { fuel: 10n ** 15n },
  deadlineMs: 300,
  stateBytes: 10_000,
  ...more,
});

const header = {
  agentEpoch: 1n,
  wallOffset: 0n,
  watermark: 5n,
  bootId: new Uint8Array(16).fill(3),
  node: 'n',
  losses: [],
};

/** A batch that says it has so many records; what is in them is for nobody. */
export const batchOfCount = (count: number): GuestBatch => guestBatch(header, new Uint8Array(8 * count), count);
