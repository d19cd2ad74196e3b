import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../../test/support/stack.ts';

/** Records that the control plane has applied, by kind name, since it started. */
export async function appliedByKind(stack: Stack): Promise<Map<string, number>> {
  const response = await fetch(`${stack.api}/metrics`, { headers: { authorization: `Bearer ${stack.token}` } });
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  const text = await response.text();
  const lines = text.matchAll(/^picket_events_total\{kind="([^"]+)"\} (\d+)/gm);
  return new Map([...lines].map(([, kind, count]) => [kind as string, Number(count)]));
}

const sum = (counts: Map<string, number>, kinds: readonly string[]) =>
  kinds.reduce((total, kind) => total + (counts.get(kind) ?? 0), 0);

/** Waits until the control plane has applied `wanted` more records than `before`, or none came for two seconds. */
export async function settle(
  stack: Stack,
  before: Map<string, number>,
  kinds: readonly string[],
  wanted: number,
): Promise<number> {
  const start = sum(before, kinds);
  let last = -1;
  for (let quiet = 0; quiet < 20; ) {
    const now = sum(await appliedByKind(stack), kinds) - start;
    if (now >= wanted) return now;
    quiet = now === last ? quiet + 1 : 0;
    last = now;
    await sleep(100);
  }
  return last;
}
