import { EventCursor, encodeRecord, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../types.ts';
import { ContextTables } from '../../host/process/context-tables.ts';
import { makeCall } from '../instance/make-call.ts';
import { placeFinding } from '../instance/place-finding.ts';
import { ToldContainers } from '../instance/told-containers.ts';
import type { LiveDetector } from '../live-detector.ts';
import { DEFAULT_QUEUE_LIMITS } from '../queue/queue-limits.ts';
import { WaitingParts } from '../queue/waiting-parts.ts';
import { PlayedNode } from '../testing/batches.ts';
import { tallyDetector } from '../testing/tally-guest.ts';
import { containerEntry } from './container-entry.ts';
import { emptyPart, type Part } from './part.ts';
import { causeOf, PartMaker } from './part-maker.ts';
import { SelectionPlan } from './selection-plan.ts';
import { splitPart } from './split-part.ts';

const detector = (more: Partial<LiveDetector>) => tallyDetector(new Uint8Array(8), more);

function partsOf(detectors: readonly LiveDetector[], batch: Batch, node: PlayedNode) {
  const plan = new SelectionPlan(detectors);
  const parts = new PartMaker('own').make(plan, batch, node.state);
  return detectors.map((one) => [...(parts?.[plan.numberOf(one)]?.indexes ?? [])]);
}

describe('records for many detectors', () => {
  it('go to each of a hundred different selections', () => {
    const node = new PlayedNode();
    const spaces = Array.from({ length: 100 }, (_, i) => `space-${i}`);
    const records = spaces.flatMap((space, i) => [node.container(i + 1, space), node.exec(i + 1, 5)]);
    const detectors = spaces.map((space) => detector({ name: space, scope: [space] }));
    const expected = spaces.map((_, i) => [2 * i + 1]);
    expect(partsOf(detectors, node.batch(records), node)).toEqual(expected);
  });

  it('follow the container, whoever has its slot', () => {
    const node = new PlayedNode();
    const next = encodeRecord(
      Kind.ContainerStarted,
      { slot: 1, generation: 2, cgroup: 77, time: 9 },
      { id: 'x', pod_namespace: 'bank' },
    );
    const of = (header: Record<string, number>) =>
      encodeRecord(Kind.ProcessExec, { tgid: 5, start: 5, ...header }, { path: '/a' });
    const records = [
      node.container(1, 'shop'),
      next,
      of({ slot: 1, generation: 1 }),
      of({ slot: 1, generation: 2 }),
      of({ slot: 1, generation: 1 }),
      // before it had a slot
      of({ slot: 0, cgroup: 77 }),
      // of a container that is not known
      of({ slot: 9, generation: 1 }),
      of({ slot: 0, cgroup: 5 }),
    ];
    const detectors = [
      detector({ name: 'a', scope: ['shop'] }),
      detector({ name: 'b', scope: ['bank', ''] }),
      detector({ name: 'c' }),
    ];
    expect(partsOf(detectors, node.batch(records), node)).toEqual([
      [2, 4],
      [3, 5],
      [2, 3, 4, 5, 6, 7],
    ]);
  });

  it('are copied once for those who want the same', () => {
    const plan = new SelectionPlan([
      detector({ name: 'a', kinds: [1, 20] }),
      detector({ name: 'b', kinds: [20, 1, 1] }),
      detector({ name: 'c', kinds: [20, 1], scope: ['x', 'y'] }),
      detector({ name: 'd', kinds: [1, 20], scope: ['y', 'x', 'y'] }),
    ]);
    expect(plan.selections).toHaveLength(2);
  });
});

describe('what is said of a container', () => {
  const entryOf = (body: Record<string, string | readonly string[]>) => {
    const node = new PlayedNode();
    node.batch([node.container(1, 'shop', body)]);
    const container = node.state.containers.find(1, 1);
    if (!container) throw new Error('the container is not known');
    return { container, cursor: new EventCursor() };
  };

  it('is a record that reads back as it was', () => {
    const { container, cursor } = entryOf({ labels: ['a=b', 'c=d'], workload: 'Deployment/shop' });
    const { record } = containerEntry(container);
    expect(cursor.open(record).next()).toBe(true);
    const again = new PlayedNode('node-b');
    again.batch([record]);
    const { stopped: _s, ...rest } = container;
    expect(again.state.containers.find(1, 1)).toMatchObject(rest);
  });

  it('loses its long lists when it would be more than a record', () => {
    const { container } = entryOf({});
    Object.assign(container, {
      labels: Array(3000).fill('label=value'),
      users: Array(3000).fill('0:root:0:/root:/bin/sh'),
      workload: 'w'.repeat(70_000),
    });
    const { record } = containerEntry(container);
    const cursor = new EventCursor().open(record);
    expect(cursor.next()).toBe(true);
    expect(record.length).toBeLessThan(8192);
    const again = new PlayedNode('node-b');
    again.batch([record]);
    expect(again.state.containers.find(1, 1)).toMatchObject({ id: container.id, labels: [], flags: 2 });
  });
});

it('tells a process and its line once, and again when it runs something else', () => {
  const node = new PlayedNode();
  const plan = new SelectionPlan([detector({})]);
  const maker = new PartMaker('shared');
  const tables = new ContextTables();
  const told = { containers: new ToldContainers(), processes: new WeakSet(), hasContext: true, skipped: 0 };
  let place = 0;
  const sent = (...records: Uint8Array[]) => {
    const part = maker.make(plan, node.batch(records), node.state)?.[0];
    if (!part) throw new Error('nothing was selected');
    const { context } = makeCall([{ part, tick: undefined }], place++, told);
    if (context) tables.tell(context);
    return context?.length ?? 0;
  };
  const child = (tgid: number, ppid: number, path: string) =>
    encodeRecord(
      Kind.ProcessExec,
      { tgid, start: tgid, ppid, slot: 1, generation: 1, time: node.tick(), cgroup: 901 },
      { path, args: [path, '-x'], parent_start: ppid },
    );
  sent(node.container(1, 'shop'), child(10, 1, '/bin/init'));
  sent(child(11, 10, '/bin/sh'));
  expect(tables.process(11, 11n)).toMatchObject({ exepath: '/bin/sh', cmdline: '/bin/sh -x', parentTgid: 10, slot: 1 });
  expect(tables.process(10, 10n)?.exepath).toBe('/bin/init');
  expect(tables.container(1)).toMatchObject({ name: 'app-1', namespace: 'shop' });
  const again = () =>
    encodeRecord(Kind.NetConnect, { tgid: 11, start: 11, slot: 1, generation: 1, time: node.tick() }, {});
  expect(sent(again())).toBe(0);
  expect(sent(child(11, 10, '/bin/ls'))).toBeGreaterThan(0);
  expect(tables.process(11, 11n)?.exepath).toBe('/bin/ls');
});

describe('where a finding belongs', () => {
  const finding = { title: '', severity: 0, message: '', groupKey: '', fields: [] };
  const node = new PlayedNode();
  const early = encodeRecord(Kind.ProcessExec, { tgid: 5, start: 5, cgroup: 902 }, { path: '/a' });
  const records = [node.container(1, 'shop'), node.container(2, 'bank'), node.exec(1, 5), early];
  const part = new PartMaker('own').make(new SelectionPlan([detector({})]), node.batch(records), node.state)?.[0];
  const place = (event: number | undefined, slot: number) =>
    part &&
    placeFinding({ ...finding, event, slot }, [{ part, tick: undefined }], ({ agentEpoch }) => Number(agentEpoch));

  it('says its event, whatever container it names', () => {
    expect(place(0, 2)).toMatchObject({ slot: 1, index: 2, container: { namespace: 'shop' } });
    expect(place(1, 1)).toMatchObject({ slot: 0, index: 3, container: { namespace: 'bank' } });
  });

  it('says what it names where there is no event', () => {
    expect(place(undefined, 2)).toMatchObject({
      slot: 2,
      generation: 1,
      record: undefined,
      container: { namespace: 'bank' },
    });
    expect(place(undefined, 0)).toMatchObject({ slot: 0, generation: 0, container: undefined });
  });

  it('knows no container of another run of the agent', () => {
    const told = new ToldContainers();
    if (part) told.news('node-a', 1n, part.containers, 4);
    expect(told.generationOf('node-a', 1n, 2, 4)).toBe(1);
    expect(told.generationOf('node-a', 1n, 2, 3)).toBeUndefined();
    expect(told.generationOf('node-a', 2n, 2, 4)).toBeUndefined();
  });
});

describe('memory of copies', () => {
  const plan = new SelectionPlan([detector({})]);
  const maker = new PartMaker('shared');
  const node = new PlayedNode();
  const parts = Array.from({ length: 200 }, (_, i) => {
    const records = Array.from({ length: 1 + (i % 7) }, () => [node.exec(1, 5), node.open(1, 5)]).flat();
    const batch = node.batch(records);
    const wanted = records.filter((_record, at) => at % 2 === 0);
    return { part: maker.make(plan, batch, node.state)?.[0] as Part, wanted: Buffer.concat(wanted) };
  });

  it('holds what was copied, each part apart from the others, in few pieces', () => {
    for (const { part, wanted } of parts) expect(Buffer.compare(part.records, wanted)).toBe(0);
    expect(new Set(parts.map(({ part }) => part.records.buffer)).size).toBeLessThan(8);
    expect(parts.every(({ part }) => part.records.byteOffset % 8 === 0)).toBe(true);
  });

  it('is handed in as it lies, whatever piece it lies in', () => {
    const told = { containers: new ToldContainers(), processes: new WeakSet(), hasContext: false, skipped: 0 };
    let uncopied = 0;
    for (let i = 0; i + 3 <= parts.length; i += 3) {
      const some = parts.slice(i, i + 3);
      const { batch } = makeCall(
        some.map(({ part }) => ({ part, tick: undefined })),
        i,
        told,
      );
      expect(Buffer.compare(batch.records, Buffer.concat(some.map(({ wanted }) => wanted)))).toBe(0);
      if (batch.records.buffer === some[0]?.part.records.buffer) uncopied++;
    }
    expect(uncopied).toBeGreaterThan(58);
  });

  it('splits a part between records, the same way for all', () => {
    const { part } = parts[6] as (typeof parts)[number];
    const size = part.records.length / part.count;
    const pieces = splitPart(part, size * 3);
    expect(pieces.map(({ count, indexes }) => [count, ...indexes])).toEqual([
      [3, 0, 2, 4],
      [3, 6, 8, 10],
      [1, 12],
    ]);
    expect(Buffer.compare(Buffer.concat(pieces.map(({ records }) => records)), part.records)).toBe(0);
    expect(splitPart(part, size * 3)).toBe(pieces);
    expect(splitPart(part, part.records.length)).toEqual([part]);
    expect(splitPart({ ...part }, 1).map(({ count }) => count)).toEqual(Array(7).fill(1));
  });
});

describe('parts are joined', () => {
  const limits = { ...DEFAULT_QUEUE_LIMITS, joinBytes: 1000, waitingBytes: 2000, waitingParts: 4 };
  const node = new PlayedNode();
  const header = causeOf(node.batch([]));
  const part = (more: Partial<Part> = {}, header_: Partial<Part['batch']['header']> = {}): Part => ({
    ...emptyPart({ ...header, header: { ...header.header, ...header_ } }),
    ...more,
  });
  const joined = (isTold: boolean, ...parts: Part[]) => {
    const waiting = new WaitingParts(limits);
    for (const one of parts) waiting.push({ part: one, tick: undefined });
    return waiting.takeJoined(() => isTold).length;
  };

  it('when they are of one run of one node', () => {
    expect(joined(true, part(), part())).toBe(2);
    expect(joined(true, part(), part({}, { node: 'other' }))).toBe(1);
    expect(joined(true, part(), part({}, { agentEpoch: 9n }))).toBe(1);
    expect(joined(true, part(), part({}, { wallOffset: 9n }))).toBe(1);
    expect(joined(true, part(), part({}, { bootId: new Uint8Array(16) }))).toBe(1);
  });

  it('unless something is to be told in between', () => {
    const played = new PlayedNode();
    played.batch([played.container(1, 'shop')]);
    const container = played.state.containers.find(1, 1);
    const entry = container && containerEntry(container);
    if (!entry) throw new Error('the container is not known');
    expect(joined(true, part(), part({ containers: [entry] }))).toBe(2);
    expect(joined(false, part(), part({ containers: [entry] }))).toBe(1);
    expect(joined(false, part({ containers: [entry] }), part({ containers: [entry] }))).toBe(2);
    expect(joined(true, part({ containers: [entry] }), part({ containers: [{ ...entry }] }))).toBe(1);
  });

  it('up to a size and a tick, within the bound of the queue', () => {
    const large = part({ records: new Uint8Array(600), count: 4 });
    expect(joined(true, large, large)).toBe(1);
    const waiting = new WaitingParts(limits);
    expect([large, large, large, large].map((one) => waiting.push({ part: one, tick: undefined }))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(waiting.records).toBe(12);
    expect(waiting.takeJoined(() => true)).toHaveLength(1);
    expect(waiting.clear()).toBe(8);
    expect(waiting.push({ part: part({ records: new Uint8Array(9000) }), tick: undefined })).toBe(true);
    waiting.clear();
    for (const tick of [undefined, 5n, undefined]) waiting.push({ part: part(), tick });
    expect(waiting.takeJoined(() => true)).toHaveLength(2);
  });
});
