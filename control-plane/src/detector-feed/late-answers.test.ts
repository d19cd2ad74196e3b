import { type Alert as AlertDocument, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import type { DetectorFinding } from '../detection/detectors/detector-finding.ts';
import { Partition } from '../partition.ts';
import type { Batch } from '../types.ts';
import { byPath, container, engine, exec, KNOWN, last, open, opens, play, stream } from './testing/feed-stream.ts';
import { guestFinding, liveDetector, PlayedDetectors } from './testing/played-detectors.ts';

describe('answers that come late', () => {
  const says = opens((path) => [
    guestFinding({ groupKey: path.slice(0, 3) }),
    ...(path.endsWith('7') ? [guestFinding({ title: 'seven', groupKey: '' })] : []),
  ]);
  const others = opens((path) => (path.endsWith('3') ? [guestFinding({ title: 'three' })] : []));
  const plays = [
    { live: liveDetector(), says },
    { live: liveDetector({ name: 'other', versionId: 'cd' }), says: others },
  ];
  // over several cooldowns, some gaps longer than one
  const batches = stream(
    { at: 1, records: KNOWN },
    ...Array.from({ length: 120 }, (_, i) => ({
      at: 2 + i * 4 + (i > 60 ? 100 : 0),
      records: [0, 1, 2].map((n) =>
        open(`/${(i * 7 + n) % 5}/${i * 3 + n}`, 1.5 + i * 4 + (i > 60 ? 100 : 0) + n / 10),
      ),
    })),
  );
  const whole = last(play(new PlayedDetectors(plays), batches));

  /** Each detector answers in order and in its own time. */
  const randomly = (seed: number) => {
    let x = seed;
    const below = (n: number) => {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      return (x >>> 8) % n;
    };
    return (waiting: DetectorFinding[], now: number) => {
      if (now === Number.POSITIVE_INFINITY) return waiting.splice(0);
      const kept = new Set<string>();
      const out: DetectorFinding[] = [];
      for (const found of waiting.splice(0)) {
        const { name } = found.detector;
        if (now - found.batch.streamSequence < 20 && below(4) === 0) kept.add(name);
        if (kept.has(name)) waiting.push(found);
        else out.push(found);
      }
      return out;
    };
  };

  it.each([1, 2, 3, 4])('make the same alerts with the same ids and counts (%i)', async (seed) => {
    expect(whole.length).toBeGreaterThan(20);
    const detectors = new PlayedDetectors(plays, randomly(seed));
    const partition = new Partition(() => engine, { alertsPerMinute: 1000, detectors });
    const alerts = batches.flatMap((batch, i) => [
      ...partition.handle(batch),
      ...(i % 9 === 0 ? partition.flush() : []),
    ]);
    alerts.push(...(await partition.settle(1000)), ...partition.flush());
    expect(last(alerts)).toEqual(whole);
  });

  it('go on from a checkpoint as if nothing had happened', async () => {
    const first = new PlayedDetectors(plays, randomly(7));
    const one = new Partition(() => engine, { alertsPerMinute: 1000, detectors: first });
    const alerts = batches.slice(0, 55).flatMap((batch) => one.handle(batch));
    alerts.push(...(await one.settle(1000)));
    expect(first.settled).toBe(1);
    const second = new PlayedDetectors(plays);
    const two = new Partition(() => engine, { alertsPerMinute: 1000, detectors: second });
    two.restore(one.snapshot());
    expect(second.restored).toEqual(first.saved);
    alerts.push(...batches.slice(50).flatMap((batch) => two.handle(batch)), ...two.flush());
    expect(last(alerts)).toEqual(whole);
    two.release();
    expect(second.released).toBe(1);
  });

  it('are not told with a container or process of another run', () => {
    const held = new PlayedDetectors([{ live: liveDetector(), says: byPath }], (all, now) =>
      now > 2 ? all.splice(0) : [],
    );
    const batches = stream(
      { at: 1, records: [...KNOWN, open('/x', 0.5)] },
      { at: 2, records: [container('b', 1, { cgroup: 999 }), container('a', 2, { cgroup: 901 })], epoch: 2n },
      { at: 3, records: [exec(40, '/bin/ls')], epoch: 2n },
    );
    const [alert] = play(held, batches);
    expect(alert?.container?.name).toBe('name-a');
    const rebooted = batches.map((batch, i) =>
      i === 0 ? batch : { ...batch, header: { ...batch.header, bootId: new Uint8Array(16).fill(7) } },
    );
    const again = new PlayedDetectors([{ live: liveDetector(), says: byPath }], (all, now) =>
      now > 2 ? all.splice(0) : [],
    );
    const [other] = play(again, rebooted);
    expect(other).toMatchObject({
      uuid: alert?.uuid,
      container: null,
      process: null,
      evidence: { metadata: 'partial', process: 'forgotten' },
    });
  });
});

describe('a checkpoint', () => {
  const batches = stream({ at: 1, records: [...KNOWN, open('/odd', 0.5)] }, { at: 2, records: [open('/odd2', 1.5)] });
  const make = (lost: unknown[] = [], detectors = new PlayedDetectors([{ live: liveDetector(), says: byPath }])) =>
    new Partition(() => engine, { detectors, onDetectorsLost: (error) => lost.push(error) });
  const handled = (partition: Partition, n: number) =>
    partition.handle(batches[n] as Batch).map(({ output }) => output);

  it('of a control plane without detectors can be used by one with them, and the other way round', () => {
    const without = new Partition(() => engine);
    handled(without, 0);
    const lost: unknown[] = [];
    const partition = make(lost);
    partition.restore(without.snapshot());
    expect(handled(partition, 1)).toEqual(['/odd2', 'saw /odd2']);
    const back = new Partition(() => engine);
    back.restore(partition.snapshot());
    expect(handled(back, 1)).toEqual([]);
    expect(lost).toEqual([]);
  });

  it('whose detectors can not be restored still gives the rules their state', () => {
    const broken = new PlayedDetectors([{ live: liveDetector(), says: byPath }]);
    broken.restore = () => {
      throw new Error('another format');
    };
    const before = make();
    handled(before, 0);
    const lost: unknown[] = [];
    const partition = make(lost, broken);
    partition.restore(before.snapshot());
    expect(lost).toHaveLength(1);
    expect(handled(partition, 0)).toEqual([]);
    expect(handled(partition, 1)).toEqual(['/odd2', 'saw /odd2']);
  });
});

it('tells what the node lost in the minute before the event, however late it is told', () => {
  const held = new PlayedDetectors([{ live: liveDetector(), says: byPath }], (all, now) =>
    now > 40 ? all.splice(0) : [],
  );
  const losses = [{ kind: Kind.FileOpen, reason: 2, count: 5n }];
  const batches = stream(
    { at: 1, records: KNOWN },
    ...Array.from({ length: 45 }, (_, i) => ({ at: 10 + i * 2, records: [open(i === 6 ? '/x' : '/bin', 9 + i * 2)] })),
  ).map((batch, i) => (i < 3 ? batch : { ...batch, header: { ...batch.header, losses } }));
  const at = (alerts: AlertDocument[]) => alerts.find(({ output }) => output === 'saw /x')?.evidence.lost;
  expect(at(play(held, batches))).toMatchObject([{ kind: 'file.open', count: 5 }]);
});
