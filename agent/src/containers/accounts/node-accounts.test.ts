import { HeaderFlag } from '@picket/sdk';
import { expect, it } from 'vitest';
import { CollectingSink, collectingLog } from '../../testing/collect.ts';
import type { AccountReader, AccountReading } from './account-reader.ts';
import { NodeAccounts } from './node-accounts.ts';

const part = { stamp: '', entries: [], cut: false };
const found = (...users: string[]): AccountReading => ({
  state: 'read',
  files: { accounts: { users, groups: [], cut: false }, passwd: part, group: part, refused: '' },
});

/* The reader is a stand-in, because the files of this machine are not to be changed. */
function keeping(answers: AccountReading[]) {
  const sink = new CollectingSink();
  const { log, lines } = collectingLog();
  const read = async () => answers.shift() ?? found();
  const node = new NodeAccounts({ reader: { read } as unknown as AccountReader, sink, now: () => 7n, log });
  return { node, sink, lines };
}

it('tells of the users of the node when they have changed, and with every snapshot', async () => {
  const { node, sink } = keeping([found('0:root:0::'), found('0:root:0::'), found('0:root:0::', '1:new:0::')]);
  node.state();
  expect(sink.records).toEqual([]);
  for (let i = 0; i < 3; i++) await node.look();
  node.state(HeaderFlag.snapshot);
  expect(sink.records.map(({ kind, slot, flags, users }) => [kind, slot, flags, users])).toEqual([
    ['container.updated', 0, HeaderFlag.host, ['0:root:0::']],
    ['container.updated', 0, HeaderFlag.host, ['0:root:0::', '1:new:0::']],
    ['container.updated', 0, HeaderFlag.host | HeaderFlag.snapshot, ['0:root:0::', '1:new:0::']],
  ]);
});

it('says once that they can not be read', async () => {
  const { node, sink, lines } = keeping([
    { state: 'failed', why: 'no access' },
    { state: 'failed', why: 'no access' },
  ]);
  await node.look();
  await node.look();
  expect(sink.records).toEqual([]);
  expect(lines.filter((line) => line.includes('no access'))).toHaveLength(1);
});
