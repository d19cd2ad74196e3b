import { expect, it } from 'vitest';
import { Kind, LossReason } from './events.gen.ts';
import { kindName, lossReasonName, namedLoss } from './names.ts';

it('names kinds and reasons as the table does, and tells those of a later version by number', () => {
  expect([kindName(Kind.FileOpen), kindName(0), kindName(999)]).toEqual(['file.open', 'any', 'kind_999']);
  expect([lossReasonName(LossReason.ringFull), lossReasonName(999)]).toEqual(['ring_full', 'reason_999']);
});

it('tells a loss by name', () => {
  const loss = { kind: Kind.NetConnect, reason: LossReason.spoolFull, count: 7n };
  expect(namedLoss(loss)).toEqual({ kind: 'net.connect', reason: 'spool_full', count: 7 });
});
