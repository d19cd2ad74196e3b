import { Alert } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { Partition } from '../partition.ts';
import { byPath, container, engine, exec, KNOWN, last, open, opens, play, stream } from './testing/feed-stream.ts';
import { guestFinding, liveDetector, PlayedDetectors } from './testing/played-detectors.ts';

describe('a finding of a detector', () => {
  it('is an alert with all that is known of its event, also when it comes later', () => {
    const late = new PlayedDetectors([{ live: liveDetector(), says: byPath }], (all, now) =>
      now > 1 ? all.splice(0) : [],
    );
    const fields = [['port', '22']] as const;
    const says = opens((path) => [guestFinding({ groupKey: path, message: `saw ${path}`, fields })]);
    for (const detectors of [late, new PlayedDetectors([{ live: liveDetector(), says }])]) {
      const batches = stream(
        { at: 1, records: [...KNOWN, open('/x', 0.5)] },
        { at: 2, records: [exec(30, '/bin/ls')] },
      );
      const [alert] = play(detectors, batches);
      expect(() => Alert.parse(alert)).not.toThrow();
      expect(alert).toMatchObject({
        rule: 'A title',
        output: 'saw /x',
        priority: 'Warning',
        source: 'detector',
        hostname: 'node-1',
        time: '1970-01-01T00:00:00.500000000Z',
        detector: { kind: 'wasm', id: 'opens', version: '1.2.3' },
        tags: ['mine'],
        mitre: ['T1046'],
        container: { name: 'name-a' },
        workload: { namespace: 'ns-a' },
        process: { pid: 20, exepath: '/bin/cat', ancestors: [{ exepath: '/bin/sh' }] },
        event: { kind: 'file.open', path: '/x' },
        evidence: { events: ['node-1/00000000-0000-0000-0000-000000000000/1/4'], lost: [], metadata: 'complete' },
      });
      expect(alert?.incident).not.toBeNull();
    }
  });

  it('joins the incident of what rules find in the same container', () => {
    const alerts = play(new PlayedDetectors([{ live: liveDetector(), says: byPath }]), [
      ...stream({ at: 1, records: [...KNOWN, open('/odd', 0.5)] }),
    ]);
    expect(alerts.map(({ detector }) => detector.kind)).toEqual(['rule', 'wasm']);
    expect(new Set(alerts.map(({ incident }) => incident)).size).toBe(1);
  });

  it('without an event is about a container, or about the node', () => {
    const says = (slot: number) => opens(() => [guestFinding({ event: undefined, slot })]);
    const batches = stream({ at: 7, records: [...KNOWN, open('/x', 0.5)] });
    const [inContainer] = play(new PlayedDetectors([{ live: liveDetector(), says: says(1) }]), batches);
    expect(() => Alert.parse(inContainer)).not.toThrow();
    expect(inContainer).toMatchObject({
      time: '1970-01-01T00:00:07.000000000Z',
      container: { name: 'name-a' },
      process: null,
      evidence: { events: [], metadata: 'complete' },
    });
    expect(inContainer).not.toHaveProperty('event');
    const [ofNode] = play(new PlayedDetectors([{ live: liveDetector(), says: says(0) }]), batches);
    expect(ofNode).toMatchObject({ container: null, workload: null, evidence: { metadata: 'complete' } });
    expect(ofNode?.uuid).not.toBe(inContainer?.uuid);
  });

  it('is an alert of its own in each container', () => {
    const moments = opens((path) => [guestFinding({ event: undefined, slot: path === '/1' ? 1 : 2 })]);
    const records = [...KNOWN, container('b', 2), open('/1', 0.5), open('/2', 0.6, 20, 2)];
    for (const says of [opens(() => [guestFinding()]), moments]) {
      const alerts = last(play(new PlayedDetectors([{ live: liveDetector(), says }]), stream({ at: 1, records })));
      expect(alerts.map((alert) => [alert.container?.name, alert.count]).sort()).toEqual([
        ['name-a', 1],
        ['name-b', 1],
      ]);
    }
  });

  it('can not name a container that its owner may not see', () => {
    const says = opens(() => [guestFinding({ event: undefined, slot: 1 })]);
    const batches = stream({ at: 7, records: [...KNOWN, open('/x', 0.5)] });
    const containerOf = (scope: string[]) =>
      play(new PlayedDetectors([{ live: liveDetector({ scope }), says }]), batches)[0]?.container?.name;
    expect(containerOf(['ns-a'])).toBe('name-a');
    expect(containerOf(['ns-b'])).toBeUndefined();
  });

  it('has texts of a bounded length, and an id of its own for each of one event', () => {
    const long = '\ud83d\ude00'.repeat(3000);
    const says = opens(() => [
      guestFinding({ title: '', message: '', groupKey: '' }),
      guestFinding({
        title: long,
        message: long,
        groupKey: '',
        fields: [
          [long, long],
          ['\ud800', '\0'],
        ],
      }),
      guestFinding({ title: 'same', groupKey: '' }),
      guestFinding({ title: 'same', groupKey: '' }),
      guestFinding({ title: 'one', groupKey: 'g' }),
      guestFinding({ title: 'two', groupKey: 'g' }),
      guestFinding({ title: 'two', groupKey: 'g' }),
      guestFinding({ title: 'long', groupKey: long }),
    ]);
    const batches = stream({ at: 1, records: [...KNOWN, open('/x', 0.5)] });
    const run = () => play(new PlayedDetectors([{ live: liveDetector(), says }]), batches);
    const alerts = last(run());
    expect(alerts).toHaveLength(7);
    expect(last(run())).toEqual(alerts);
    const byRule = new Map(alerts.map((alert) => [alert.rule, alert]));
    expect(byRule.get('opens')).toMatchObject({ output: 'opens' });
    expect(byRule.get('two')?.count).toBe(2);
    for (const alert of alerts) {
      expect(alert.rule.length).toBeLessThanOrEqual(200);
      expect(JSON.stringify(alert).length).toBeLessThan(20_000);
      expect(JSON.stringify(alert)).not.toMatch(/\\ud83d"/);
    }
  });
});

describe('findings that are no alerts', () => {
  it('are recorded with counts, apart by version id, and join no incident', () => {
    const plays = ['11', '22'].map((versionId) => ({ live: liveDetector({ versionId }), says: byPath }));
    const detectors = new PlayedDetectors(plays);
    detectors.told = 'recorded';
    const partition = new Partition(() => engine, { detectors });
    const batches = stream({ at: 1, records: [...KNOWN, open('/x', 0.5)] }, { at: 4, records: [open('/x', 3.5)] });
    expect(batches.flatMap((batch) => partition.handle(batch))).toEqual([]);
    expect(partition.flush()).toEqual([]);
    const recorded = partition.takeRecorded();
    expect(
      recorded.map(({ versionId, alert: { revision, count, detector, incident } }) => [
        ...[versionId, revision, count, detector.version, incident],
      ]),
    ).toEqual([
      ['11', 1, 1, '1.2.3', null],
      ['22', 1, 1, '1.2.3', null],
      ['11', 2, 2, '1.2.3', null],
      ['22', 2, 2, '1.2.3', null],
    ]);
    for (const { alert } of recorded) expect(() => Alert.parse(alert)).not.toThrow();
    expect(partition.counts.findings).toBe(0);
    expect(partition.detectorFindings).toBe(4);
  });
});

it('gives a detector one allowance of alerts, whatever it calls them', () => {
  const says = opens((path) => [guestFinding({ title: path, groupKey: path })]);
  const records = Array.from({ length: 50 }, (_, i) => open(`/${i}`, 0.5 + i / 1000));
  const detectors = new PlayedDetectors([{ live: liveDetector(), says }]);
  const alerts = last(play(detectors, stream({ at: 1, records: [...KNOWN, ...records] }), { alertsPerMinute: 5 }));
  expect(alerts).toHaveLength(6);
  expect(alerts.find(({ summary }) => summary)).toMatchObject({ rule: 'opens', count: 45 });
});
