import type { Alert } from '@picket/sdk';
import type { Stack } from './stack.ts';

/** All alerts the store holds, the newest first, over all pages. */
export async function allAlerts(stack: Stack): Promise<Alert[]> {
  const alerts: Alert[] = [];
  let cursor = '';
  do {
    const page: { items: Alert[]; next: string | null } = await stack.get(`alerts?limit=200${cursor}`);
    alerts.push(...page.items);
    cursor = page.next ? `&cursor=${encodeURIComponent(page.next)}` : '';
  } while (cursor);
  return alerts;
}
