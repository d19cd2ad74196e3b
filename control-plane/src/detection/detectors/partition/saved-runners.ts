import { z } from 'zod';
import { ControlPlaneError } from '../../../errors.ts';
import type { SavedRunner } from '../instance/runner-state.ts';

const VERSION = 1;
const NONE = new Uint8Array(0);
const HEAD = 4;

const SavedFacts = z.object({
  versionId: z.string(),
  name: z.string(),
  owner: z.string(),
  hash: z.string(),
  told: z.array(
    z.tuple([z.string(), z.string(), z.array(z.tuple([z.number().int(), z.number().int(), z.number().int()]))]),
  ),
  ticks: z.array(z.tuple([z.string(), z.string(), z.string().regex(/^-?\d{1,20}$/)])),
  rate: z.tuple([z.number(), z.number()]),
  skipped: z.number(),
  missed: z.number(),
  /** Bytes of the snapshot and of the state store behind the head; -1 for none. */
  snapshot: z.number().int().min(-1),
  state: z.number().int().min(-1),
});
const SavedHead = z.object({ version: z.literal(VERSION), runners: z.array(SavedFacts) });

/** Detectors of a partition as bytes: length of a JSON head, the head, their snapshots and state stores one behind the other. */
export function encodeRunners(runners: readonly SavedRunner[]): Uint8Array {
  const facts = runners.map((runner) => ({
    ...runner,
    snapshot: runner.snapshot?.length ?? -1,
    state: runner.state?.length ?? -1,
  }));
  const head = Buffer.from(JSON.stringify({ version: VERSION, runners: facts }));
  const length = new Uint8Array(HEAD);
  new DataView(length.buffer).setUint32(0, head.length, true);
  const bytes = runners.flatMap(({ snapshot, state }) => [snapshot ?? NONE, state ?? NONE]);
  return new Uint8Array(Buffer.concat([length, head, ...bytes]));
}

/** @throws ControlPlaneError CHECKPOINT_CORRUPT */
export function decodeRunners(bytes: Uint8Array): SavedRunner[] {
  const head = readHead(bytes);
  let at = head.end;
  const take = (length: number): Uint8Array | undefined => {
    if (length < 0) return undefined;
    at += length;
    if (at > bytes.length) throw corrupt();
    // copied: the checkpoint is not to be kept because of it
    return new Uint8Array(bytes.subarray(at - length, at));
  };
  return head.runners.map((facts) => ({ ...facts, snapshot: take(facts.snapshot), state: take(facts.state) }));
}

function readHead(bytes: Uint8Array): { runners: z.infer<typeof SavedFacts>[]; end: number } {
  try {
    const end = HEAD + new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
    const head: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(HEAD, end)));
    return { ...SavedHead.parse(head), end };
  } catch (cause) {
    throw corrupt(cause);
  }
}

const corrupt = (cause?: unknown) =>
  new ControlPlaneError(
    'CHECKPOINT_CORRUPT',
    'the checkpoint of the partition has no readable state of its detectors',
    {
      cause,
    },
  );

export const sizeOf = ({ snapshot, state }: SavedRunner): number => (snapshot?.length ?? 0) + (state?.length ?? 0);
