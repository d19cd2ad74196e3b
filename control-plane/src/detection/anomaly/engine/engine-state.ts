import { messageOf } from '@picket/sdk';
import { z } from 'zod';
import { ControlPlaneError } from '../../../errors.ts';
import type { SavedPolicy } from '../calibration/policy.ts';
import type { SavedLife } from './container-life.ts';
import type { SavedMaterial } from './materials.ts';
import type { SavedBook } from './workload-books.ts';

/** Everything that an engine goes on from. */
export interface EngineState {
  readonly windows: Uint8Array;
  readonly lives: readonly SavedLife[];
  readonly policy: SavedPolicy;
  /** Versions of models that failed, and why. */
  readonly failed: readonly (readonly [string, string])[];
  readonly books: readonly SavedBook[];
  readonly materials: readonly SavedMaterial[];
}

const VERSION = 1;
/** "PKB2" */
const MAGIC = 0x32424b50;

const Pairs = z.array(z.tuple([z.string(), z.number()]));
const Head = z.object({
  version: z.literal(VERSION),
  lives: z.array(
    z.object({
      ...{ node: z.string(), boot: z.string(), cgroup: z.string(), score: z.number().nullable() },
      ...{ until: z.number(), drift: z.number(), driftTold: z.number(), told: Pairs, alarms: Pairs },
      strange: z.array(z.tuple([z.number(), z.string()])),
      baseline: z.array(z.string()),
      marks: z.array(z.tuple([z.number().int(), z.number(), z.number(), z.number(), z.number()])),
    }),
  ),
  policy: z.array(
    z.tuple([
      ...([z.string(), z.array(z.tuple([z.number(), z.number()]))] as const),
      ...([z.array(z.tuple([z.string(), z.number(), z.number()])), z.number().nullable()] as const),
    ]),
  ),
  failed: z.array(z.tuple([z.string(), z.string()])),
  books: z.array(
    z.object({
      ...{ name: z.string(), alarmsPerDay: z.number().positive(), told: z.array(z.string()) },
      controller: z.object({
        ...{ raise: z.number(), hour: z.number() },
        ...{ alarms: z.array(z.number()), exposure: z.array(z.number()) },
      }),
    }),
  ),
  materials: z.array(
    z.object({
      name: z.object({ key: z.string(), digest: z.string(), image: z.string() }),
      ...{ epoch: z.number(), isNews: z.boolean(), used: z.number(), length: z.number().int().min(0) },
      windows: z.number().int().min(0),
    }),
  ),
  windows: z.number().int().min(0),
});

/** A head in JSON, then the bytes of windows and materials that it tells the lengths of. */
export function encodeEngine({ windows, materials, policy, ...rest }: EngineState): Uint8Array {
  const parts = [windows, ...materials.map(({ bytes }) => bytes)];
  const head: z.input<typeof Head> = {
    version: VERSION,
    windows: windows.length,
    lives: rest.lives.map((life) => ({
      ...life,
      told: life.told.map(([token, at]) => [token, at]),
      alarms: life.alarms.map(([what, at]) => [what, at]),
      strange: life.strange.map(([at, what]) => [at, what]),
      baseline: [...life.baseline],
      marks: life.marks.map((mark) => [...mark]),
    })),
    // a container that was never told of has no last time, and JSON no infinity
    policy: policy.map(([place, weak, told, last]) => [
      place,
      weak.map(([seconds, at]) => [seconds, at]),
      told.map(([what, at, score]) => [what, at, score]),
      Number.isFinite(last) ? last : null,
    ]),
    failed: rest.failed.map(([version, why]) => [version, why]),
    books: rest.books.map(({ told, controller, ...book }) => ({
      ...book,
      told: [...told],
      controller: { ...controller, alarms: [...controller.alarms], exposure: [...controller.exposure] },
    })),
    materials: materials.map(({ bytes, ...one }) => ({ ...one, length: bytes.length })),
  };
  const text = Buffer.from(JSON.stringify(head));
  const start = Buffer.alloc(8);
  start.writeUInt32LE(MAGIC, 0);
  start.writeUInt32LE(text.length, 4);
  return new Uint8Array(Buffer.concat([start, text, ...parts]));
}

/** @throws ControlPlaneError CHECKPOINT_CORRUPT */
export function decodeEngine(bytes: Uint8Array): EngineState {
  const { head, rest } = readHead(bytes);
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > rest.length) throw corrupt('it ends too early');
    at += length;
    return rest.slice(at - length, at);
  };
  const windows = take(head.windows);
  const materials = head.materials.map(({ length, ...one }) => ({ ...one, bytes: take(length) }));
  if (at !== rest.length) throw corrupt('it goes on behind its end');
  const policy: SavedPolicy = head.policy.map(([place, weak, told, last]) => [
    place,
    weak,
    told,
    last ?? Number.NEGATIVE_INFINITY,
  ]);
  return { windows, materials, policy, lives: head.lives, failed: head.failed, books: head.books };
}

function readHead(bytes: Uint8Array): { head: z.output<typeof Head>; rest: Uint8Array } {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (all.length < 8 || all.readUInt32LE(0) !== MAGIC) throw corrupt('it does not begin as one');
  const end = 8 + all.readUInt32LE(4);
  if (end > all.length) throw corrupt('it ends too early');
  try {
    return { head: Head.parse(JSON.parse(all.toString('utf8', 8, end))), rest: bytes.subarray(end) };
  } catch (cause) {
    throw corrupt(messageOf(cause).slice(0, 200), cause);
  }
}

const corrupt = (why: string, cause?: unknown) =>
  new ControlPlaneError('CHECKPOINT_CORRUPT', `the state of learned behaviour can not be read: ${why}`, { cause });
