import type { BacktestsDeps } from '../backtest/start-backtests.ts';
import { captureBytes } from '../backtest/testing/capture-of.ts';
import { openTestBacktests, type TestBacktests } from '../backtest/testing/test-backtests.ts';
import { compileScript } from '../rule-tests/script/event-script.ts';
import type { Store } from '../store/store.ts';
import { startApi, type TestApi } from './test-api.ts';

/** A file with one rule about opens below a path. */
export const rule = (name: string, path: string) =>
  `- rule: ${name}\n  condition: evt.type = openat and fd.name startswith ${path}\n  output: read %fd.name\n  priority: Warning\n`;
export const files = [{ name: 'mine.yaml', text: rule('mine', '/mine') }];
const containers = {
  web: { id: 'c1'.padEnd(64, '0'), pod_namespace: 'shop', pod_name: 'web-1', workload: 'Deployment/web' },
  db: { id: 'c2'.padEnd(64, '0'), pod_namespace: 'bank', pod_name: 'db-1', workload: 'StatefulSet/db' },
};
const scan = (pid: number, container: string, ip: string) => ({
  'net.connect': { pid, remote_ip: ip, remote_port: '{n}', repeat: 40, every: '10ms', container },
});
/** Two containers of two namespaces that open files and scan a host each. */
export const bytes = captureBytes(
  compileScript({
    containers,
    events: [
      { 'process.exec': { pid: 100, path: '/usr/bin/nmap', container: 'web' } },
      { 'file.open': { pid: 100, path: '/mine/{n}', repeat: 3, every: '1s', container: 'web' } },
      { 'file.open': { pid: 100, path: '/base/{n}', repeat: 2, every: '1s', container: 'web' } },
      scan(100, 'web', '10.0.0.9'),
      { 'process.exec': { pid: 200, path: '/bin/nc', container: 'db' } },
      scan(200, 'db', '10.0.0.8'),
      { 'file.open': { pid: 200, path: '/mine/9', container: 'db' } },
    ],
  }),
);

export interface BacktestApi {
  readonly api: TestApi;
  readonly backtests: TestBacktests;
  readonly store: Store;
}

/** Starts APIs with backtests, and ends them all. */
export function backtestApis(open: () => Promise<Store>): {
  readonly start: (given?: Store, more?: Partial<BacktestsDeps>) => Promise<BacktestApi>;
  readonly endAll: () => Promise<void>;
} {
  const running: BacktestApi[] = [];
  return {
    async start(given, more = {}) {
      const store = given ?? (await open());
      const backtests = await openTestBacktests(store, rule('base', '/base'), more);
      const api = await startApi(store, { deps: { backtests: backtests.lifecycle } });
      const made = { api, backtests, store };
      running.push(made);
      return made;
    },
    async endAll() {
      for (const { api, backtests } of running.splice(0)) {
        await api.close();
        await backtests.stop();
      }
    },
  };
}
