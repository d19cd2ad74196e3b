import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@picket/sdk';
import { startStack } from '../support/stack.ts';
import { recordStack } from '../workloads/record-fleet.ts';
import { bootMs } from '../workloads/work-span.ts';
import { attackLanes, isHeldOut, isListed } from './all-attacks.ts';
import { AttackShop } from './attack-shop.ts';
import type { Attack } from './attacks/attack.ts';
import { type AttackSpan, writeTruth } from './truth.ts';

/** As the recording of ordinary work has it. */
const PLAN = 'trace: all\n';
/** Number of the shop of the first lane; shops of ordinary work have lower ones. */
const FIRST_SHOP = 90;
/** Ordinary work before the first attack: caches fill, the first jobs run. */
const SETTLE_MS = 60_000;
/** Between two attacks, so that no window of ten seconds holds two. */
const PAUSE_MS = 11_000;

export interface AttackRecordingOptions {
  /** Folder of the pieces and of truth.json. */
  readonly folder: string;
  readonly attacks: readonly Attack[];
  readonly note: (line: string) => void;
}

/** Does attacks in shops that work, one for each lane, and records all of it together with what was done when. */
export async function recordAttacks(options: AttackRecordingOptions): Promise<AttackSpan[]> {
  const { folder, note } = options;
  const stack = await startStack({ plan: PLAN, node: 'attack-node-1', env: { PICKET_SNAPSHOT_SECONDS: '60' } });
  try {
    const recording = await recordStack(stack, { folder, pieceSeconds: 600, note });
    const shops: AttackShop[] = [];
    const spans: AttackSpan[] = [];
    const lanes = attackLanes(options.attacks);
    try {
      for (const [i] of lanes.entries()) shops.push(await AttackShop.open(note, `-${FIRST_SHOP + i}`));
      await sleep(SETTLE_MS);
      await Promise.all(lanes.map((lane, i) => attackInTurn(shops[i] as AttackShop, lane, spans, options)));
      await sleep(PAUSE_MS);
    } finally {
      for (const shop of shops) await shop.close();
      await sleep(2000);
      await recording.stop();
    }
    return spans;
  } finally {
    await stack.stop();
  }
}

async function attackInTurn(
  shop: AttackShop,
  lane: readonly Attack[],
  spans: AttackSpan[],
  { folder, note }: AttackRecordingOptions,
): Promise<void> {
  for (const attack of lane) {
    const span = await attackOnce(shop, attack);
    spans.push(span);
    writeTruth(join(folder, 'truth.json'), { attacks: spans });
    note(`${span.done ? 'done' : 'FAILED'} ${attack.id} ${Math.round((span.to - span.from) / 1000)} s ${span.why}`);
    await takenBack(shop, attack, note);
    await sleep(PAUSE_MS);
  }
}

async function attackOnce(shop: AttackShop, attack: Attack): Promise<AttackSpan> {
  const { id, title, technique, entry } = attack;
  const named = (names: readonly string[] = []) => names.map((name) => `${name}${shop.suffix}`);
  const from = bootMs();
  const why = await failureOf(shop, attack);
  return {
    ...{ id, title, technique, entry, listed: isListed(attack), heldOut: isHeldOut(attack) },
    ...{ shows: named(attack.shows), touches: named(attack.touches) },
    ...{ from, to: bootMs(), done: why === '', why },
  };
}

/** Why it had no effect; empty when it had. */
async function failureOf(shop: AttackShop, attack: Attack): Promise<string> {
  try {
    const { code, stdout, stderr } = await attack.act(shop);
    // listed ones are attempts: their programs tell by themselves how it went
    return code === 0 || isListed(attack) ? '' : `code ${code}: ${(stderr || stdout).trim().slice(-300)}`;
  } catch (error) {
    return messageOf(error);
  }
}

async function takenBack(shop: AttackShop, attack: Attack, note: (line: string) => void): Promise<void> {
  try {
    await attack.after?.(shop);
  } catch (error) {
    note(`what ${attack.id} did could not be taken back: ${messageOf(error)}`);
  }
}
