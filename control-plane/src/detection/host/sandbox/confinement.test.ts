import { expect, it } from 'vitest';
import { readReport, unconfined } from './confinement.ts';
import { firstPlace, firstUid, giveUid, takeUid } from './host-uids.ts';

it('reads what the launcher reports', () => {
  expect(readReport('have network\nmiss landlock Function not implemented\nhave seccomp\n')).toEqual({
    confinement: ['permissions', 'network', 'seccomp'],
    missing: [{ name: 'landlock', reason: 'Function not implemented' }],
    failure: undefined,
  });
  expect(readReport('have network\nfail exec No such file or directory\n').failure).toBe(
    'exec: No such file or directory',
  );
  expect(readReport('').failure).toBe('the launcher said nothing');
  expect(unconfined('no').missing.map(({ name }) => name)).toContain('seccomp');
});

it.each([
  ['         0          0 4294967295\n', 1_900_000_000],
  ['0 100000 65536\n', 64_536],
  ['0 1000 1\n1 100000 65536\n', 64_537],
  ['0 1000 1\n', null],
])('finds user ids that exist here: %j', (map, first) => {
  expect(firstUid(map)).toBe(first);
});

it('begins somewhere else in each process, also where numbers of processes repeat', () => {
  const stat = (pid: number, started: number) => `${pid} (a) b) S ${'0 '.repeat(18)}${started} 9 9\n`;
  const places = [stat(1, 100), stat(1, 101), stat(2, 100)].map(firstPlace);
  expect(new Set(places).size).toBe(3);
  for (const place of places) expect(place >= 0 && place < 1000).toBe(true);
  expect(firstPlace(stat(1, 100).replace(' 9 9', ' 5 5'))).toBe(places[0]);
});

it.runIf(process.getuid?.() === 0)('gives no id to two', () => {
  const ids = [takeUid(), takeUid(), takeUid()];
  expect(new Set(ids).size).toBe(3);
  giveUid(ids[1]);
  expect(takeUid()).toBe(ids[1]);
  for (const id of ids) giveUid(id);
});
