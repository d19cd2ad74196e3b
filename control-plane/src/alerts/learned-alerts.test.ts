import { Alert } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../types.ts';
import { AlertStage } from './alert-stage.ts';
import { batchAt, container, finding, header, openAt, process, view } from './testing/events.ts';

// Findings of learned detection: they have a score and an explanation, and a weak one is no story of its own.

const learned = (overrides: Partial<Finding> = {}): Finding =>
  finding({
    detector: { kind: 'model', id: 'behaviour-score', version: 'v1' },
    priority: 'Notice',
    score: 4.2,
    explanation: [{ feature: 'bytes sent', contribution: 3, text: 'bytes sent: 48 MB, usually 0 to 120 KB' }],
    isCauseless: true,
    earlier: [{ agentEpoch: 7n, sequence: 10n }],
    ...overrides,
  });

const web = container();
let sequence = 0;

function tell(stage: AlertStage, at: number, found: Finding): Alert[] {
  const batch = batchAt(at);
  stage.begin(batch);
  stage.add(found, openAt(at, ++sequence), view({ process: process(), container: web }), batch);
  stage.end(batch);
  return stage.take();
}

const hasSevere = (stage: AlertStage, seconds: number, of = web): boolean =>
  stage.hasSevereIncident(of, header(), 1_700_000_000_000 + seconds * 1000);

describe('score and explanation', () => {
  it('are in the alert, with the events of the window', () => {
    const [alert] = tell(new AlertStage(), 10, learned());
    expect(Alert.parse(alert)).toEqual(alert);
    expect(alert).toMatchObject({
      source: 'anomaly',
      score: 4.2,
      explanation: [{ feature: 'bytes sent', contribution: 3 }],
      evidence: { events: [expect.stringMatching(/\/7\/10$/)] },
    });
    expect(alert).not.toHaveProperty('event');
  });

  it('are those of the strangest of what an alert counts, with what was new in the others', () => {
    const stage = new AlertStage();
    const [first] = tell(stage, 10, learned());
    const other = { feature: 'programs', contribution: 5, text: 'new program /usr/bin/curl' };
    const [second] = tell(stage, 12, learned({ score: 6, output: 'curl', explanation: [other] }));
    const [third] = tell(stage, 14, learned({ score: 5, output: 'lower', explanation: [other] }));
    expect(second).toMatchObject({ uuid: first?.uuid, count: 2, score: 6, output: 'curl' });
    expect(second?.explanation?.map(({ feature }) => feature)).toEqual(['programs', 'bytes sent']);
    expect(third).toMatchObject({ count: 3, score: 6, output: 'curl', explanation: second?.explanation });
    // what was published before stays as it was
    expect(first).toMatchObject({ score: 4.2, explanation: [{ feature: 'bytes sent' }] });
  });
});

describe('incidents', () => {
  it('are not begun by a weak score, which joins one that is open', () => {
    const stage = new AlertStage();
    const weak = (key: string) => learned({ beginsNoIncident: true, groupKey: key });
    expect(tell(stage, 10, weak('a'))[0]?.incident).toBeNull();
    const [rule] = tell(stage, 20, finding({ groupKey: 'rule' }));
    expect(rule?.incident).toEqual(expect.any(String));
    expect(tell(stage, 30, weak('b'))[0]?.incident).toBe(rule?.incident);
    // it went on because of the weak one
    expect(tell(stage, 30 + 15 * 60, weak('c'))[0]?.incident).toBe(rule?.incident);
    expect(tell(stage, 31 + 31 * 60, weak('d'))[0]?.incident).toBeNull();
  });

  it('of Warning or worse are known by the container, until they are over', () => {
    const stage = new AlertStage();
    expect(hasSevere(stage, 5)).toBe(false);
    tell(stage, 10, finding({ groupKey: 'notice', priority: 'Notice' }));
    expect(hasSevere(stage, 10)).toBe(false);
    tell(stage, 20, finding({ groupKey: 'warning' }));
    expect(hasSevere(stage, 21)).toBe(true);
    expect(hasSevere(stage, 21, container({ slot: 4, cgroup: '99', podUid: '' }))).toBe(false);
    const restored = new AlertStage();
    restored.restore(stage.snapshot());
    expect(hasSevere(restored, 20 + 15 * 60)).toBe(true);
    expect(hasSevere(restored, 21 + 15 * 60)).toBe(false);
  });

  it('stay severe while a severe alert counts on, and not because of a mild one', () => {
    const stage = new AlertStage();
    tell(stage, 10, finding({ groupKey: 'warning', cooldownMs: 3_600_000 }));
    tell(stage, 600, finding({ groupKey: 'warning', cooldownMs: 3_600_000 }));
    expect(hasSevere(stage, 10 + 16 * 60)).toBe(true);
    tell(stage, 1000, finding({ groupKey: 'mild', priority: 'Notice' }));
    expect(hasSevere(stage, 600 + 16 * 60)).toBe(false);
  });
});
