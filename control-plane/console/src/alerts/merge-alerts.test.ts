import { describe, expect, it } from 'vitest';
import { compareAlerts, mergeAlerts, type Received } from './merge-alerts.ts';
import { sampleAlert } from './sample-alert.ts';

const ALL = Number.POSITIVE_INFINITY;
const came = (n: number, arrival: number, change = {}): Received => ({ alert: sampleAlert(n, change), arrival });
const uuids = (numbers: readonly number[]) => numbers.map((n) => sampleAlert(n).uuid);
const shown = (merged: ReturnType<typeof mergeAlerts>) => merged.shown.map((alert) => alert.uuid);

describe('mergeAlerts', () => {
  it('lists the newest first, each once, with its highest revision', () => {
    const loaded = [sampleAlert(3), sampleAlert(1), sampleAlert(2, { revision: 5, count: 5 })];
    const merged = mergeAlerts({
      loaded,
      received: [came(4, 1), came(2, 2, { revision: 4 }), came(1, 3, { revision: 2, count: 9 })],
      limit: ALL,
      more: false,
    });
    expect(shown(merged)).toEqual(uuids([4, 3, 2, 1]));
    expect(merged.shown.map((alert) => alert.count)).toEqual([1, 1, 5, 9]);
    expect(merged.held).toBe(0);
  });

  it('holds new alerts back and lets new revisions of shown ones through', () => {
    const merged = mergeAlerts({
      loaded: [sampleAlert(1)],
      received: [came(2, 1), came(3, 2), came(1, 3, { revision: 2, count: 7 })],
      limit: 1,
      more: false,
    });
    expect(shown(merged)).toEqual(uuids([2, 1]));
    expect(merged.shown[1]?.count).toBe(7);
    expect(merged.held).toBe(1);
  });

  it('leaves out a live alert beyond the loaded pages while there is more to load', () => {
    const input = { loaded: [sampleAlert(9), sampleAlert(5)], received: [came(2, 1), came(7, 2)], limit: ALL };
    expect(shown(mergeAlerts({ ...input, more: true }))).toEqual(uuids([9, 7, 5]));
    expect(shown(mergeAlerts({ ...input, more: false }))).toEqual(uuids([9, 7, 5, 2]));
  });

  it('does not count as held back what would not be shown anyway', () => {
    const merged = mergeAlerts({ loaded: [sampleAlert(5)], received: [came(2, 4)], limit: 0, more: true });
    expect(merged.held).toBe(0);
  });
});

describe('compareAlerts', () => {
  it('knows more digits than a date has', () => {
    const early = sampleAlert(1, { time: '2026-01-05T12:00:00.123455999Z' });
    const late = sampleAlert(0, { time: '2026-01-05T12:00:00.123456Z' });
    const short = sampleAlert(2, { time: '2026-01-05T12:00:00Z' });
    expect([short, early, late].sort(compareAlerts)).toEqual([late, early, short]);
  });

  it('puts equal times in the order of the API', () => {
    const time = '2026-01-05T12:00:00Z';
    const pair = [sampleAlert(1, { time }), sampleAlert(2, { time })];
    expect(pair.sort(compareAlerts).map((alert) => alert.uuid)).toEqual(uuids([2, 1]));
  });
});
