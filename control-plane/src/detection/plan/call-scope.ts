import { EventCursor, encodeRecord, KINDS, Kind, type KindInfo } from '@picket/sdk';
import { compileTest } from '../rules/compile/comparison.ts';
import { EventContext } from '../rules/fields/event-context.ts';
import type { Checked, Test } from '../rules/load/checked-condition.ts';
import { syscallNumber } from '../rules/names/syscalls.ts';

const NOTABLE = KINDS.find((kind) => kind.id === Kind.SyscallNotable) as KindInfo;
/** Numbers of the calls that `syscall.notable` stands for. */
const CALLS: readonly number[] = NOTABLE.types
  .map(syscallNumber)
  .filter((number) => number !== undefined)
  .toSorted((a, b) => a - b);

/** The calls for whose `syscall.notable` a condition can be true, never fewer; null when that may be any. */
export function callsPassing(condition: Checked): readonly number[] | null {
  const passing = scopeOf(condition, false);
  return passing.size === CALLS.length ? null : [...passing].toSorted((a, b) => a - b);
}

function scopeOf(checked: Checked, negated: boolean): ReadonlySet<number> {
  if (checked.type === 'not') return scopeOf(checked.operand, !negated);
  if (checked.type === 'test') return callsOf(checked, negated);
  const scopes = checked.operands.map((operand) => scopeOf(operand, negated));
  const isUnion = (checked.type === 'and') === negated;
  return new Set(
    CALLS.filter((call) =>
      isUnion ? scopes.some((scope) => scope.has(call)) : scopes.every((scope) => scope.has(call)),
    ),
  );
}

function callsOf(test: Test, negated: boolean): ReadonlySet<number> {
  const compiled = compileTest(test, NOTABLE);
  if (typeof compiled === 'boolean') return new Set(compiled === negated ? [] : CALLS);
  if (test.field.name !== 'evt.type' || test.values.type === 'computed') return new Set(CALLS);
  const cursor = new EventCursor();
  const context = new EventContext();
  return new Set(
    CALLS.filter((syscall) => {
      cursor.open(encodeRecord(Kind.SyscallNotable, { syscall }, {})).next();
      context.beginRecord(cursor);
      return compiled.test(context) !== negated;
    }),
  );
}
