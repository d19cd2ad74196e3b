import { messageOf, PRIORITIES } from '@picket/sdk';
import { z } from 'zod';
import { ControlPlaneError } from '../../../errors.ts';
import type { Hit } from './run-sequence.ts';
import type { SequenceState } from './sequence-entry.ts';
import type { SlidingSumState } from './sliding-sum.ts';
import type { WindowState } from './window-entry.ts';

const VERSION = 1;

/** What is kept of the memory of one node. */
export interface NodeMemoryState {
  readonly boot: string;
  readonly order: number;
  readonly rules: readonly {
    /** Of the program. */
    readonly id: string;
    readonly windows: readonly WindowState[];
    readonly sequences: readonly SequenceState[];
  }[];
  readonly waiting: readonly Hit[];
}

export interface MemoryState {
  readonly nodes: readonly { readonly node: string; readonly memory: NodeMemoryState }[];
  readonly evicted: readonly (readonly [rule: string, count: number])[];
}

const Whole = z
  .string()
  .regex(/^-?\d{1,20}$/)
  .transform(BigInt);
const Bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const Fields = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const Position = z.object({ agentEpoch: Whole, sequence: Whole });
/** Numbers stand behind the JSON: where they begin there, and how many they are. */
const Place = z.tuple([z.number().int().min(0), z.number().int().min(0).max(4096)]);
const Sum = z.object({ step: z.number(), times: Place, amounts: Place });
const Happening = z.object({ record: Bytes, time: z.number(), agentEpoch: Whole, wallOffset: Whole });

const Finding = z.object({
  detector: z.object({ kind: z.enum(['rule', 'wasm', 'model', 'system']), id: z.string(), version: z.string() }),
  rule: z.string(),
  priority: z.enum(PRIORITIES),
  output: z.string(),
  tags: z.array(z.string()),
  mitre: z.array(z.string()),
  fields: Fields,
  template: z.array(z.union([z.string(), z.object({ field: z.string() })])).optional(),
  groupKey: z.string(),
  cooldownMs: z.number().optional(),
  count: z.number().optional(),
  since: Whole.optional(),
  earlier: z.array(Position).optional(),
});

const Run = z.object({
  start: z.number(),
  newest: z.number(),
  since: Whole,
  events: z.array(Position),
  fields: Fields,
  closing: z.object({ finding: Finding, happening: Happening }).optional(),
});

const Entry = { key: z.string(), owner: z.string(), used: z.number() };

const State = z.object({
  version: z.literal(VERSION),
  evicted: z.array(z.tuple([z.string(), z.number()])),
  nodes: z.array(
    z.object({
      node: z.string(),
      memory: z.object({
        boot: z.string(),
        order: z.number(),
        rules: z.array(
          z.object({
            id: z.string(),
            windows: z.array(
              z.object({
                ...Entry,
                matched: z.number().nullable(),
                events: Sum,
                sum: Sum.optional(),
                values: z.array(z.tuple([z.string(), z.number()])).optional(),
              }),
            ),
            sequences: z.array(z.object({ ...Entry, runs: z.array(Run.nullable()) })),
          }),
        ),
        waiting: z.array(
          z.object({
            happening: Happening,
            order: z.number(),
            program: z.string(),
            step: z.number().int(),
            key: z.string(),
            owner: z.string(),
          }),
        ),
      }),
    }),
  ),
});

/**
 * The memory as bytes: u32 length of the JSON, the JSON up to a multiple of 8, and the numbers that windows hold, as f64:
 * there may be many of them. It is off the event path, and the checkpoint is compressed.
 */
export function encodeMemory(state: MemoryState): Uint8Array {
  const numbers: Float64Array[] = [];
  let count = 0;
  const plain = (_: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return value.toString();
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    if (!(value instanceof Float64Array)) return value;
    numbers.push(value);
    count += value.length;
    return [count - value.length, value.length];
  };
  const json = new TextEncoder().encode(JSON.stringify({ version: VERSION, ...state }, plain));
  const begin = cellsBegin(json.length);
  const out = new Uint8Array(begin + count * 8);
  new DataView(out.buffer).setUint32(0, json.length, true);
  out.set(json, HEAD);
  const cells = new Float64Array(out.buffer, begin);
  let at = 0;
  for (const part of numbers) {
    cells.set(part, at);
    at += part.length;
  }
  return out;
}

const HEAD = 4;
const cellsBegin = (jsonLength: number): number => (HEAD + jsonLength + 7) & ~7;

/** @throws ControlPlaneError CHECKPOINT_CORRUPT */
export function decodeMemory(bytes: Uint8Array): MemoryState {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(HEAD, HEAD + length));
    // copied, because the state itself may begin at any byte (and not by slice, which a Buffer answers with a view)
    const cells = new Float64Array(new Uint8Array(bytes.subarray(cellsBegin(length))).buffer);
    const { evicted, nodes } = State.parse(JSON.parse(json));
    return { evicted, nodes: nodes.map(({ node, memory }) => ({ node, memory: withNumbers(memory, cells) })) };
  } catch (cause) {
    throw new ControlPlaneError(
      'CHECKPOINT_CORRUPT',
      `the memory of the rules in the checkpoint can not be read (${messageOf(cause).slice(0, 200)}): delete it to rebuild the state from the event stream`,
      { cause },
    );
  }
}

type ParsedMemory = z.output<typeof State>['nodes'][number]['memory'];
type Cells = Float64Array<ArrayBuffer>;

/** JSON has neither these numbers nor undefined: a place without a run is null there. */
const withNumbers = (memory: ParsedMemory, cells: Cells): NodeMemoryState => ({
  ...memory,
  rules: memory.rules.map((rule) => ({
    ...rule,
    windows: rule.windows.map((entry) => ({
      ...entry,
      events: sumOf(entry.events, cells),
      sum: entry.sum && sumOf(entry.sum, cells),
    })),
    sequences: rule.sequences.map((entry) => ({
      ...entry,
      runs: entry.runs.map((run) => (run ? { ...run, closing: run.closing } : undefined)),
    })),
  })),
});

function sumOf({ step, times, amounts }: z.output<typeof Sum>, cells: Cells): SlidingSumState {
  const numbers = ([at, count]: z.output<typeof Place>) => {
    if (at + count > cells.length) throw new RangeError('numbers are missing at its end');
    return cells.slice(at, at + count);
  };
  return { step, times: numbers(times), amounts: numbers(amounts) };
}
