import { Alert } from '@picket/sdk';
import { expect, it } from 'vitest';
import { alertRow } from '../store/alert-row.ts';
import { quarantineAlert } from './quarantine-alert.ts';
import { liveDetector } from './testing/played-detectors.ts';

const facts = {
  detector: liveDetector(),
  partition: 7,
  fault: 'DETECTOR_FUEL',
  message: 'onbatch used up its fuel',
  faults: 3,
  since: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  until: Date.UTC(2026, 0, 2, 3, 5, 5, 678),
};

it('names detector, version, owner and fault by the schema of alerts', () => {
  const alert = quarantineAlert(facts, 'replica-1');
  expect(Alert.parse(alert)).toEqual(alert);
  expect(alert).toMatchObject({
    rule: 'Detector quarantined',
    priority: 'Error',
    source: 'picket',
    hostname: 'replica-1',
    time: '2026-01-02T03:04:05.678000000Z',
    detector: { kind: 'system', id: 'detector-quarantined' },
    output_fields: { 'detector.name': 'opens', 'detector.version': '1.2.3', 'detector.owner': 'token-1' },
  });
  expect(alert.output).toContain('Detector opens 1.2.3 (active) of token-1 had 3 faults');
  expect(alert.output).toContain('until 2026-01-02T03:05:05.678Z');
  expect(alert.output).toContain('DETECTOR_FUEL: onbatch used up its fuel');
});

it('is seen by an owner with a scope, and by nobody else with one when it is about everything', () => {
  const namespaceOf = (scope: string[] | null) =>
    alertRow(quarantineAlert({ ...facts, detector: liveDetector({ scope }) }, 'r'), 1).namespace;
  expect(namespaceOf(['shop', 'pay'])).toBe('shop');
  expect(namespaceOf(null)).toBeNull();
  expect(namespaceOf([])).toBeNull();
});

it('tells no words of a detector that sees more than whoever may see the alert', () => {
  const told = (scope: string[] | null) =>
    JSON.stringify(quarantineAlert({ ...facts, message: 'a secret of pay', detector: liveDetector({ scope }) }, 'r'));
  expect(told(['shop', 'pay'])).not.toContain('secret');
  for (const scope of [['pay'], null]) expect(told(scope)).toContain('secret');
});

it('has an id for each quarantine', () => {
  const ids = [
    facts,
    { ...facts, since: facts.since + 1 },
    { ...facts, partition: 8 },
    { ...facts, detector: liveDetector({ versionId: 'other' }) },
  ].map((each) => quarantineAlert(each, 'r').uuid);
  expect(new Set(ids).size).toBe(4);
  expect(quarantineAlert(facts, 'r').uuid).toBe(ids[0]);
});

it('cuts what the fault says', () => {
  const alert = quarantineAlert({ ...facts, message: `\ud800${'x'.repeat(100_000)}` }, 'r');
  expect(alert.output.length).toBeLessThan(1000);
  expect(alert.output.isWellFormed()).toBe(true);
});
