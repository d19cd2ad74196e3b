import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { collectingLog, until } from '../../testing/collect.ts';
import { NO_FACTS } from '../container-facts.ts';
import { type Container, ContainerRegistry } from '../registry.ts';
import type { AccountReader, AccountReading, AccountTarget } from './account-reader.ts';
import { AccountWatch } from './account-watch.ts';

/* The reader is a stand-in: these tests are about when it is asked, and what becomes of its answers. */
let root: string;
let watch: AccountWatch;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'picket-watch-'));
});
afterEach(() => {
  watch.stop();
  rmSync(root, { recursive: true });
});

const found = (users: string[], refused = ''): AccountReading => {
  const part = { stamp: '', entries: [], cut: false };
  return { state: 'read', files: { accounts: { users, groups: [], cut: false }, passwd: part, group: part, refused } };
};

function watching(answer: (target: AccountTarget) => AccountReading | Promise<AccountReading>) {
  const registry = new ContainerRegistry(32);
  const { log, lines } = collectingLog();
  const asked: AccountTarget[] = [];
  const changed: Container[] = [];
  const read = async (target: AccountTarget) => {
    asked.push(target);
    return answer(target);
  };
  watch = new AccountWatch({
    reader: { read } as unknown as AccountReader,
    root,
    lives: (container) => registry.lives(container),
    onChange: (container) => changed.push(container),
    log,
  });
  const open = (initPid: number) => {
    const facts = { ...NO_FACTS, initPid, initStart: 5n };
    const container = registry.register({ cgroup: BigInt(initPid), path: `/c${initPid}`, facts, candidate: false });
    if (!container) throw new Error('no slot');
    return container;
  };
  return { registry, open, asked, changed, lines };
}

it('tells of accounts when they are known, and when they have changed', async () => {
  let users = ['0:root:0::'];
  const { open, changed, asked } = watching(() => found(users));
  const container = open(7);
  watch.begin(container);
  await until(() => changed.length === 1, 'the accounts');
  expect(container.accounts.users).toEqual(['0:root:0::']);
  expect(asked[0]).toMatchObject({ pid: 7, start: 5n, cgroup: '/c7', nodeRoot: false, before: undefined });
  watch.lookAtAll([container]);
  await until(() => asked.length === 2, 'the second look');
  expect(asked[1]?.before).toBeDefined();
  users = ['0:root:0::', '1:new:0::'];
  watch.lookAtAll([container]);
  await until(() => changed.length === 2, 'the change');
  expect(watch.counts).toEqual({ changed: 2, unreadable: 0, late: 0, cut: 0 });
});

it('looks again soon while the process is in the root of the node', async () => {
  let looks = 0;
  const { open, changed } = watching(() => (++looks < 4 ? { state: 'early' } : found(['0:root:0::'])));
  watch.begin(open(7));
  await until(() => changed.length === 1, 'the accounts');
  expect(looks).toBe(4);
});

it('says once why a file is left out, and does not ask again who does not answer', async () => {
  const answers: AccountReading[] = [
    found([], 'no regular file'),
    found([], 'no regular file'),
    { state: 'late', why: 'no answer' },
  ];
  const { open, asked, lines } = watching(() => answers.shift() ?? found(['0:late:0::']));
  const container = open(7);
  for (const count of [1, 2, 3]) {
    watch.look(container);
    await until(() => asked.length === count && watch.counts.unreadable === count, `look ${count}`);
  }
  watch.look(container);
  watch.look(open(8));
  await until(() => asked.length === 4, 'the other container');
  expect(asked.map(({ pid }) => pid)).toEqual([7, 7, 7, 8]);
  expect(lines.filter((line) => line.includes('no regular file'))).toHaveLength(1);
  expect(watch.counts).toMatchObject({ late: 1, unreadable: 3 });
});

it('reads few at a time, and nothing of containers that ended', async () => {
  const waiting: (() => void)[] = [];
  const { open, asked, changed, registry } = watching(
    () => new Promise((resolve) => waiting.push(() => resolve(found(['0:root:0::'])))),
  );
  const containers = [1, 2, 3, 4, 5, 6].map(open);
  watch.lookAtAll(containers);
  watch.lookAtAll(containers);
  expect(asked).toHaveLength(4);
  const [first, , , , , last] = containers;
  for (const ended of [first, last]) if (ended) registry.stop(ended, 0);
  // the four again for the second time, and the fifth
  for (let done = 0; done < 8; done++) {
    await until(() => waiting.length > 0, 'a reading');
    waiting.shift()?.();
  }
  await until(() => changed.length === 4, 'the living');
  expect(first?.accounts.users).toEqual([]);
  expect(asked.some(({ pid }) => pid === 6)).toBe(false);
});
