import { ContainerFlag } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { collectingLog } from '../testing/collect.ts';
import { findCgroupMounts } from './cgroup-root.ts';
import { type ContainerFacts, NO_FACTS } from './container-facts.ts';
import { allLabels, mergeFacts } from './merge-facts.ts';
import { MetadataReader } from './metadata.ts';
import type { MetadataSource, MetadataTarget, SourceHealth } from './sources/metadata-source.ts';
import { OciSource } from './sources/oci-source.ts';

/** A source that says what the test says; the real ones are tested in `sources/`. */
class StubSource implements MetadataSource {
  readonly name: string;
  state: SourceHealth['state'] = 'ok';
  asked: MetadataTarget[] = [];
  started = false;
  readonly #answer: (target: MetadataTarget) => Promise<Partial<ContainerFacts> | undefined>;
  constructor(name: string, answer: (target: MetadataTarget) => Promise<Partial<ContainerFacts> | undefined>) {
    this.name = name;
    this.#answer = answer;
  }
  start(): void {
    this.started = true;
  }
  stop(): void {
    this.started = false;
  }
  covers({ runtime }: MetadataTarget): boolean {
    return runtime !== 'docker';
  }
  find(target: MetadataTarget) {
    this.asked.push(target);
    return this.#answer(target);
  }
  health(): SourceHealth {
    return { state: this.state, errors: 0 };
  }
}

const BASE = { id: 'one', runtime: 'containerd', podUid: 'uid', image: 'img:1', flags: 0, initPid: 7, initStart: 9n };
const TARGET = { path: '/x', runtime: '' };

function reader(sources: MetadataSource[], base: Partial<ContainerFacts> | 'none' = BASE) {
  const { log, lines } = collectingLog();
  const oci = new OciSource({ mounts: findCgroupMounts(), runtimeRoots: [], dockerRoots: [], log });
  oci.findNow = () => (base === 'none' ? undefined : base);
  oci.find = async () => (base === 'none' ? undefined : base);
  return { lines, metadata: new MetadataReader({ oci, sources, log, timeoutMs: 50 }) };
}

describe('MetadataReader', () => {
  it('joins the answers in their order; what is empty hides nothing', async () => {
    const engine = new StubSource('cri', async () => ({
      name: 'web',
      image: '',
      labels: ['a=1'],
      podLabels: ['p=old'],
    }));
    const cluster = new StubSource('kubernetes', async () => ({
      podLabels: ['p=new', 'a=2'],
      flags: ContainerFlag.hostPid,
    }));
    const look = await reader([engine, cluster]).metadata.find(TARGET);
    expect(look).toEqual({
      facts: {
        ...NO_FACTS,
        ...BASE,
        name: 'web',
        labels: ['a=1'],
        podLabels: ['p=new', 'a=2'],
        flags: ContainerFlag.hostPid,
      },
      partial: false,
    });
    // what the first told helps the next to find it
    expect(engine.asked).toEqual([{ path: '/x', runtime: 'containerd', id: 'one', podUid: 'uid' }]);
  });

  it('is partial while a source that should know the container does not, or none knows its flags', async () => {
    const silent = new StubSource('cri', async () => undefined);
    expect(await reader([silent]).metadata.find(TARGET)).toMatchObject({ partial: true, facts: { image: 'img:1' } });
    silent.state = 'absent';
    expect(await reader([silent]).metadata.find(TARGET)).toMatchObject({ partial: false });
    const nothing = new StubSource('cri', async () => ({}));
    expect(await reader([nothing]).metadata.find(TARGET)).toMatchObject({ partial: false });
    const pod = new StubSource('kubernetes', async () => ({ podName: 'p', flags: 0 }));
    const look = await reader([pod], 'none').metadata.find(TARGET);
    expect(look).toMatchObject({ partial: true, facts: { podName: 'p' } });
    expect(await reader([nothing], 'none').metadata.find(TARGET)).toBeUndefined();
  });

  it('asks only who covers the container, and tells of the base before it asks', async () => {
    const source = new StubSource('cri', async () => ({ name: 'web' }));
    const other = reader([source], { ...BASE, runtime: 'docker' }).metadata;
    expect(await other.find(TARGET)).toMatchObject({ partial: false });
    expect(source.asked).toEqual([]);
    const early: unknown[] = [];
    const look = await reader([source]).metadata.find(TARGET, (base) => early.push(base));
    expect(early).toMatchObject([{ partial: true, facts: { image: 'img:1', name: '' } }]);
    expect(look).toMatchObject({ partial: false, facts: { name: 'web' } });
    expect(reader([source]).metadata.findNow(TARGET)).toMatchObject({ partial: true, facts: { id: 'one' } });
    expect(other.findNow(TARGET)).toMatchObject({ partial: false });
  });

  it('takes at once what sources remember, also before files tell anything', () => {
    const engine = Object.assign(new StubSource('cri', async () => ({})), { remembered: () => ({ name: 'web' }) });
    const both = reader([engine]).metadata.findNow(TARGET);
    expect(both).toMatchObject({ partial: true, facts: { id: 'one', name: 'web', initPid: 7 } });
    const early = reader([engine], 'none').metadata.findNow(TARGET);
    expect(early).toMatchObject({ partial: true, facts: { name: 'web', initPid: 0 } });
    expect(reader([], 'none').metadata.findNow(TARGET)).toBeUndefined();
    expect(engine.asked).toEqual([]);
  });

  it('loses only the part of a source that fails, and says which', async () => {
    let broken = true;
    const failing = new StubSource('cri', async () => {
      if (broken) throw new Error('no such luck');
      return { name: 'web' };
    });
    const cluster = new StubSource('kubernetes', async () => ({ podName: 'p' }));
    const { metadata, lines } = reader([failing, cluster]);
    for (let i = 0; i < 3; i++)
      expect(await metadata.find(TARGET)).toMatchObject({ partial: true, facts: { podName: 'p', name: '' } });
    expect(metadata.health()).toMatchObject([
      { name: 'oci', state: 'ok', errors: 0 },
      { name: 'cri', state: 'failing', reason: 'no such luck', errors: 3 },
      { name: 'kubernetes', state: 'ok', errors: 0 },
    ]);
    expect(lines.filter((line) => line.includes('no such luck'))).toHaveLength(1);
    broken = false;
    expect(await metadata.find(TARGET)).toMatchObject({ partial: false, facts: { name: 'web' } });
    expect(metadata.health()[1]).toMatchObject({ state: 'ok', errors: 3 });
  });

  it('waits for one that hangs once, then leaves it alone for a while', async () => {
    const hanging = new StubSource('cri', () => new Promise(() => undefined));
    const cluster = new StubSource('kubernetes', async () => ({ podName: 'p' }));
    const { metadata } = reader([hanging, cluster]);
    for (let i = 0; i < 5; i++)
      expect(await metadata.find(TARGET)).toMatchObject({ partial: true, facts: { podName: 'p', image: 'img:1' } });
    expect(hanging.asked).toHaveLength(1);
    expect(metadata.health()[1]).toMatchObject({ state: 'failing', errors: 1 });
    expect(metadata.health()[1]?.reason).toContain('did not answer within 50 ms');
  });

  it('starts and stops its sources', () => {
    const source = new StubSource('cri', async () => undefined);
    const { metadata } = reader([source]);
    metadata.start(() => undefined);
    expect(source.started).toBe(true);
    metadata.stop();
    expect(source.started).toBe(false);
  });
});

describe('allLabels', () => {
  it('gives the own labels of a container first, and those of its pod with other names', () => {
    const facts = mergeFacts([{ labels: ['app=own', 'x=1'], podLabels: ['app=pod', 'tier=web'] }]);
    expect(allLabels(facts)).toEqual(['app=own', 'x=1', 'tier=web']);
  });
});
