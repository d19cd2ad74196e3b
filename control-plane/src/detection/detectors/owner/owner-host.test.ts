import { createLog } from '@picket/sdk';
import { expect, it } from 'vitest';
import { InProcessHost } from '../testing/in-process-host.ts';
import { type HostMember, OwnerHost } from './owner-host.ts';
import { DEFAULT_QUOTA } from './owner-quota.ts';

const member = (): HostMember => ({ versionId: 'v', usedBytes: 0, gone: () => undefined, pump: () => undefined });

function setUp(backOffMs = 1) {
  const starts: ((host: InProcessHost | undefined) => void)[] = [];
  const lines: string[] = [];
  const owner = new OwnerHost({
    owner: 'ann',
    startHost: async () => {
      const host = await new Promise<InProcessHost | undefined>((resolve) => starts.push(resolve));
      if (!host) throw new Error('no process can be had');
      return host;
    },
    quota: DEFAULT_QUOTA,
    log: createLog('error', (line) => lines.push(line)),
    now: () => 1_900_000_000_000,
    backOffMs,
  });
  return { owner, starts, lines };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('keeps the process that was asked for while one that nobody needs any more was on its way', async () => {
  const { owner, starts } = setUp();
  const [first, second] = [member(), member()];
  const [early, late] = [new InProcessHost({}), new InProcessHost({})];
  owner.join(first);
  const asked = owner.host();
  await turn();
  owner.leave(first);
  owner.join(second);
  starts[0]?.(early);
  await asked;
  const again = owner.host();
  await turn();
  expect(early.alive).toBe(false);
  starts[1]?.(late);
  expect(await again).toBe(late);
  expect(await owner.host()).toBe(late);
  expect(starts).toHaveLength(2);
  owner.leave(second);
  await turn();
  expect(late.alive).toBe(false);
});

it('stops at once while it waits to start a process again, and starts none', async () => {
  const { owner, starts } = setUp(60_000);
  owner.join(member());
  const refused = owner.host().catch((error: Error) => error.message);
  await turn();
  starts[0]?.(undefined);
  expect(await refused).toBe('no process can be had');
  const waiting = owner.host().catch((error: Error) => error.message);
  await turn();
  await owner.stop();
  expect(await waiting).toBe('nobody waits for the process any more');
  expect(starts).toHaveLength(1);
});

it('goes on with the next when an instance can not be opened', async () => {
  const { owner, lines } = setUp();
  const opened: string[] = [];
  void owner.inLine(async () => {
    throw new Error('an odd thing');
  });
  await owner.inLine(async () => void opened.push('next'));
  expect(opened).toEqual(['next']);
  expect(lines.join()).toContain('an odd thing');
});
