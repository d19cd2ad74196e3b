import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCgroupMounts } from '../../agent/src/containers/cgroup-root.ts';
import { appliedByKind, settle } from '../../bench/load/events-applied.ts';
import { LightContainers } from '../../bench/load/light-containers.ts';
import { livingProcesses, type StormReport, startStorm, stormReport } from '../../bench/load/storm-container.ts';
import type { NodeState } from '../../control-plane/src/detection/state/node-state.ts';
import { entryOf } from '../../control-plane/src/detection/state/process-entry.ts';
import type { ProcessNode } from '../../control-plane/src/detection/state/process-node.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { savedState } from '../support/saved-state.ts';
import { type Stack, startStack } from '../support/stack.ts';

const CHAINS = 10;
const DEPTH = 12;
const LIGHT = 300;
const REAL = 15;
/** Ends at once, and leaves a process to the first one of the container. */
const LEAVE_ORPHAN = 'sleep 300 </dev/null >/dev/null 2>&1 &';

let stack: Stack;
let storm: TestContainer;
let report: StormReport;
let forksSeen: number;
let lightPrefix: string;
const realIds: string[] = [];
let truth: Map<number, number>;
let state: NodeState;
let members: ProcessNode[];

beforeAll(async () => {
  stack = await startStack();
  const before = await appliedByKind(stack);
  storm = await startStorm({ seconds: 5, chains: CHAINS, depth: DEPTH });
  report = await stormReport(storm, 60);
  forksSeen = await settle(stack, before, ['process.fork'], report.forks);
  await storm.exec(['sh', '-c', LEAVE_ORPHAN]);
  await using light = new LightContainers();
  lightPrefix = await light.runOnce(LIGHT);
  for (let i = 0; i < REAL; i++) {
    const container = await startContainer({ name: `short-${i}`, args: ['true'] });
    realIds.push(container.id);
    await container.remove();
  }
  await settle(stack, before, ['container.stopped'], LIGHT + REAL);
  truth = livingProcesses(`${findCgroupMounts().root}${storm.cgroupPath}`);
  // the agent sends what it has, then the control plane writes down what it knows
  await stack.agent?.stop();
  await settle(stack, new Map(), ['process.exit'], Number.POSITIVE_INFINITY);
  await stack.control.stop();
  state = await savedState(stack);
  const container = [...state.containers.all()].find(({ id }) => id === storm.id);
  members = [...state.processes.nodes()].filter(
    ({ slot, generation }) => slot === container?.slot && generation === container.generation,
  );
});

afterAll(async () => {
  await storm?.remove();
  await stack?.stop();
});

const living = () => members.filter(({ exited }) => exited === 0);
const entryOfNode = (node: ProcessNode) => entryOf(node, state.containers.find(node.slot, node.generation));

describe('after a storm of forks', () => {
  it('processes were listed by the kernel, not from /proc', () => {
    expect(stack.agent?.log()).not.toContain('listed from /proc');
  });

  it('every fork was told', () => {
    expect(report.forks).toBeGreaterThan(1000);
    expect(forksSeen).toBeGreaterThanOrEqual(report.forks);
  });

  it('the processes that are left are known, and no others', () => {
    expect(truth.size).toBe(1 + CHAINS * DEPTH + 1);
    const known = living().map(({ pid, start }) => [pid, Math.floor(start / 1e7)]);
    expect(new Map(known as [number, number][])).toEqual(truth);
    expect(known).toHaveLength(truth.size);
  });

  it('every one of them has its ancestors', () => {
    const depths = living()
      .filter(({ name }) => name === 'storm')
      .map((node) => {
        let depth = 0;
        for (let at = node.parent; at && at.pid !== storm.pid; at = at.parent) depth++;
        return depth;
      });
    expect(Math.max(...depths)).toBe(DEPTH - 1);
  });

  it('children of the entrypoint and what was brought in by runc exec are told apart', () => {
    const orphan = living().find(({ name }) => name === 'sleep');
    const made = living().filter(({ name }) => name === 'storm');
    expect(new Set(made.map(entryOfNode))).toEqual(new Set(['entrypoint']));
    expect(orphan && entryOfNode(orphan)).toBe('exec');
  });
});

describe('after many short containers', () => {
  it('none of them is taken for a running one', () => {
    const mine = [...state.containers.all()].filter(({ id }) => id.startsWith(lightPrefix) || realIds.includes(id));
    expect(mine.length).toBeGreaterThan(LIGHT / 2);
    expect(mine.filter(({ stopped }) => stopped === 0)).toEqual([]);
    expect([...state.containers.all()].find(({ id }) => id === storm.id)).toMatchObject({ stopped: 0 });
  });

  it('none of their processes is taken for a living one', () => {
    const running = new Set(
      [...state.containers.all()]
        .filter(({ stopped }) => stopped === 0)
        .map(({ slot, generation }) => `${slot}.${generation}`),
    );
    const ghosts = [...state.processes.nodes()].filter(
      ({ slot, generation, exited }) => slot !== 0 && exited === 0 && !running.has(`${slot}.${generation}`),
    );
    expect(ghosts.map(({ pid, name }) => [pid, name])).toEqual([]);
  });
});
