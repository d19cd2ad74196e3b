import type { BacktestActor } from '../../api/backtests/backtest-lifecycle.ts';
import { ControlPlaneError } from '../../errors.ts';

/** What belongs to whom. */
export interface Owned {
  /** The only namespaces that it is about; null for all. */
  readonly namespaces: readonly string[] | null;
  /** Id of the token that made it. */
  readonly createdBy: string;
}

/** Whether an actor may see something: all that it is about must be theirs to see. */
export const maySee = ({ scope }: BacktestActor, { namespaces }: Owned): boolean =>
  scope === null || (namespaces?.every((name) => scope.includes(name)) ?? false);

/** @throws ControlPlaneError AUTH_FORBIDDEN for what somebody else made */
export function requireOwn({ id, permissions }: BacktestActor, { createdBy }: Owned): void {
  if (createdBy === id || permissions.includes('detectors.activate')) return;
  throw new ControlPlaneError('AUTH_FORBIDDEN', 'somebody else made it: ask them, or an operator');
}
