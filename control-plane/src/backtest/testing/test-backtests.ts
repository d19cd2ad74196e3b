import { DEFAULT_DETECTOR_POLICY } from '../../detector-life/detector-policy.ts';
import { openTestLife, type TestLife } from '../../rule-sets/testing/test-life.ts';
import type { Store } from '../../store/store.ts';
import { type Backtests, type BacktestsDeps, startBacktests } from '../start-backtests.ts';
import { TestFolder } from './capture-of.ts';

/** Backtests on a real store, beside rules that run. */
export interface TestBacktests extends Backtests {
  readonly life: TestLife;
  readonly logged: string[];
  readonly folder: string;
  stop(): Promise<void>;
}

export async function openTestBacktests(
  store: Store,
  rules: string,
  more: Partial<BacktestsDeps> = {},
): Promise<TestBacktests> {
  const life = await openTestLife(store, { rules });
  const folder = new TestFolder();
  const logged: string[] = [];
  const say = (message: string, fields: unknown = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const backtests = await startBacktests({
    ...{ store, active: life.active, policy: DEFAULT_DETECTOR_POLICY, replica: 'replica-1', isAlone: true },
    validate: (files) => life.lifecycle.validate(files),
    bus: { url: 'nats://127.0.0.1:1', seedFile: '/dev/null' },
    dataFolder: folder.path,
    log: { debug: say, info: say, warn: say, error: say },
    now: Date.now,
    ...more,
  });
  return {
    ...backtests,
    ...{ life, logged, folder: folder.path },
    async stop() {
      await backtests.stop();
      await life.stop();
      folder.remove();
    },
  };
}
