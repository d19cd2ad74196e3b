import { ContainerStarted, EventCursor, Kind } from '@picket/sdk';
import { REGISTRY, SIX } from '../../workloads/workloads.ts';
import { batchesOf } from './replay.ts';

/** One container of a recording. Times are CLOCK_BOOTTIME in ms. */
export interface Life {
  readonly name: string;
  readonly from: number;
  to: number;
}

/** Who was there. */
export interface RollCall {
  /** By place, see `placeOf`; containers of the recipe alone. */
  readonly lives: ReadonlyMap<number, Life>;
  readonly records: number;
  /** When the recording began. */
  readonly from: number;
}

const GENERATIONS = 65_536;

/** Slot and generation as one number: a container for as long as the agent runs. */
export const placeOf = (cursor: EventCursor): number => cursor.slot * GENERATIONS + cursor.generation;

/** Reads a recording once and notes its containers: who a record belongs to is often told after it. */
export async function rollCall(folder: string): Promise<RollCall> {
  const lives = new Map<number, Life>();
  const cursor = new EventCursor();
  const inits = new Map<number, Life>();
  let records = 0;
  let from = 0;
  let last = 0;
  for await (const { records: bytes, header } of batchesOf(folder)) {
    cursor.open(bytes);
    while (cursor.next()) {
      records++;
      const { kind } = cursor;
      const ms = cursor.time / 1e6;
      if (kind === Kind.ContainerStarted || kind === Kind.ContainerUpdated) named(cursor, ms, lives, inits);
      if (kind === Kind.ContainerStopped) ended(lives.get(placeOf(cursor)), ms);
      if (kind === Kind.ProcessExit) ended(inits.get(cursor.tgid), ms);
    }
    last = Number(header.watermark) / 1e6;
    from ||= last;
  }
  for (const life of lives.values()) if (life.to === 0) life.to = last;
  return { lives, records, from };
}

function named(cursor: EventCursor, ms: number, lives: Map<number, Life>, inits: Map<number, Life>): void {
  const place = placeOf(cursor);
  const name = cursor.string(ContainerStarted.name);
  if (lives.has(place) || name === '' || !cursor.string(ContainerStarted.image).startsWith(REGISTRY)) return;
  const life = { name, from: ms, to: 0 };
  lives.set(place, life);
  inits.set(cursor.u32(ContainerStarted.initPid), life);
}

function ended(life: Life | undefined, ms: number): void {
  if (life && life.to === 0) life.to = ms;
}

/** Name of the workload and number of the shop: `web-3` -> web, 3. */
export function shopOf(name: string): { readonly workload: string; readonly shop: number } {
  const [, workload = name, shop = '0'] = /^(.*)-(\d+)$/.exec(name) ?? [];
  return { workload, shop: Number(shop) };
}

/** Whether it is one of the six workloads of a shop with such a number. */
export const isOfSix = (name: string, wanted: (shop: number) => boolean): boolean => {
  const { workload, shop } = shopOf(name);
  return SIX.includes(workload) && wanted(shop);
};
