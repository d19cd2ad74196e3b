import { Codec, Kind, LossReason } from '@picket/sdk';
import { BacktestResult } from '@picket/sdk/client';
import { afterAll, describe, expect, it } from 'vitest';
import { loadRules } from '../../detection/rules/load/load-rules.ts';
import { compileScript } from '../../rule-tests/script/event-script.ts';
import type { Batch } from '../../types.ts';
import { EVERYTHING } from '../replay/event-filter.ts';
import { alertsOf } from '../rule-run.ts';
import { captureBytes, TestFolder } from '../testing/capture-of.ts';
import type { BacktestJob, RulesTried } from './backtest-job.ts';
import { runBacktest } from './run-backtest.ts';
import { runInWorker } from './run-in-worker.ts';

const folder = new TestFolder();
afterAll(() => folder.remove());

const rule = (name: string, path: string, more = '') =>
  `- rule: ${name}\n  condition: evt.type = openat and fd.name startswith ${path}\n  output: read %fd.name by %proc.name\n  priority: Warning\n${more}`;
const file = (text: string) => ({ name: 'r.yaml', text });
const tried = (after: string, before: string, named = after): RulesTried => ({
  kind: 'rules',
  after: [file(after)],
  before: [file(before)],
  named: [file(named)],
  against: 'the rules of the server',
});

const containers = {
  web: { id: 'c1'.padEnd(64, '0'), pod_namespace: 'shop', pod_name: 'web-1', workload: 'Deployment/web' },
  db: { id: 'c2'.padEnd(64, '0'), pod_namespace: 'bank', pod_name: 'db-1', workload: 'StatefulSet/db' },
};
const batches = (): Batch[] =>
  compileScript({
    containers,
    events: [
      { 'process.exec': { pid: 100, path: '/bin/cat', container: 'web' } },
      { 'file.open': { pid: 100, path: '/a/{n}', repeat: 5, every: '2s', container: 'web' } },
      { 'process.exec': { pid: 200, path: '/bin/dd', container: 'db' } },
      { 'file.open': { pid: 200, path: '/b/{n}', repeat: 3, every: '2s', container: 'db' } },
      { 'file.open': { pid: 100, path: '/c/1', at: '+2m', container: 'web' } },
    ],
  });
const path = folder.file(captureBytes(batches()));
const quiet = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  startHost: () => Promise.reject(new Error('no host is needed')),
};
const job = (rules: RulesTried, more: Partial<BacktestJob> = {}): BacktestJob => ({
  tried: rules,
  source: { kind: 'capture', path, batches: batches().length },
  scope: EVERYTHING,
  alertsPerMinute: undefined,
  ...more,
});
const outputs = (alerts: readonly { output: string }[]) => alerts.map(({ output }) => output);

describe('a backtest of rules', () => {
  it('makes the alerts of detection', async () => {
    const text = rule('a', '/a') + rule('b', '/b', '  window: {count: true, by: container, over: 10s, at_least: 3}\n');
    const { result, clean } = await runBacktest(job(tried(text, '')), quiet);
    const { alerts } = await alertsOf(loadRules([file(text)]), batches());
    expect(clean).toBe(true);
    expect(result.alerts.examples).toEqual(JSON.parse(JSON.stringify(alerts)));
    expect(result.alerts).toMatchObject({ total: alerts.length, others: 0 });
    expect(BacktestResult.parse(result)).toEqual(result);
    expect(result.alerts.by).toContainEqual({
      rule: 'a',
      priority: 'Warning',
      namespace: 'shop',
      workload: 'Deployment/web',
      alerts: 5,
      matches: 5,
    });
  });

  it('tells what comes, goes and stays', async () => {
    const before = rule('a', '/a') + rule('b', '/b');
    const after = rule('a', '/a/1') + rule('c', '/c');
    const { result } = await runBacktest(job(tried(after, before)), quiet);
    expect(outputs(result.alerts.examples)).toEqual(['read /a/1 by cat', 'read /c/1 by cat']);
    expect(result.difference).toMatchObject({ added: 1, gone: 7, same: 1, changed: 0, complete: true });
    expect(outputs(result.difference.added_examples)).toEqual(['read /c/1 by cat']);
    expect(outputs(result.difference.gone_examples)).toContain('read /b/3 by dd');
  });

  it('knows alerts again that say something else', async () => {
    const { result } = await runBacktest(
      job(tried(rule('b', '/b').replace('Warning', 'Critical'), rule('b', '/b'))),
      quiet,
    );
    expect(result.difference).toMatchObject({ added: 0, gone: 0, same: 3, changed: 3 });
  });

  it('runs the rules that are named, and of the others those that change', async () => {
    const list = (path: string) => `- list: places\n  items: [${path}]\n`;
    const shared = `${rule('a', '/a')}- rule: l\n  condition: evt.type = openat and fd.name in (places)\n  output: in %fd.name\n  priority: Notice\n`;
    const [after, before] = [list('/c/1') + shared, list('/b/1') + shared];
    const { result } = await runBacktest(job(tried(after, before, list('/c/1'))), quiet);
    expect(outputs(result.alerts.examples)).toEqual(['in /c/1']);
    expect(outputs(result.difference.gone_examples)).toEqual(['in /b/1']);
    const named = await runBacktest(job(tried(after, before, rule('a', '/a'))), quiet);
    expect(named.result.difference).toMatchObject({ added: 1, gone: 1, same: 5, changed: 0 });
  });

  it('looks at some namespaces and nodes alone', async () => {
    const text = rule('a', '/a') + rule('b', '/b');
    const run = (scope: BacktestJob['scope']) => runBacktest(job(tried(text, ''), { scope }), quiet);
    const bank = await run({ nodes: null, namespaces: ['bank'] });
    expect(bank.result.alerts.by.map(({ namespace }) => namespace)).toEqual(['bank']);
    expect(bank.result.coverage.kinds).toContainEqual({ kind: 'file.open', records: 3 });
    const node = batches()[0]?.header.node ?? '';
    expect((await run({ nodes: [node], namespaces: null })).result.alerts.total).toBe(8);
    const nowhere = await run({ nodes: ['elsewhere'], namespaces: null });
    expect(nowhere.result).toMatchObject({ alerts: { total: 0 }, events: { records: 0 } });
    expect(nowhere.result.coverage.notes[0]).toMatch(/no events/);
  });

  it('is the same bit for bit, in this thread and in another', async () => {
    const text = rule('a', '/a') + rule('b', '/b');
    const first = await runBacktest(job(tried(text, '')), quiet);
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const other = await runInWorker(job(tried(text, '')), { ...quiet, log });
    expect(first.result.digest).toMatch(/^[0-9a-f]{64}$/);
    expect({ ...other.result, cost: 0 }).toEqual({ ...JSON.parse(JSON.stringify(first.result)), cost: 0 });
    const less = await runBacktest(job(tried(rule('a', '/a'), '')), quiet);
    expect(less.result.digest).not.toBe(first.result.digest);
  });

  it('is not clean when there is nothing to look at', async () => {
    const source = { kind: 'capture', path: folder.file(captureBytes([])), batches: undefined } as const;
    const { result, clean } = await runBacktest(job(tried(rule('a', '/a'), ''), { source }), quiet);
    expect([result.events.records, clean]).toEqual([0, false]);
  });

  it('counts what can not be read, and is not clean then', async () => {
    const [first, second, ...rest] = batches() as [Batch, Batch, ...Batch[]];
    const damaged = { ...second, header: { ...second.header, codec: Codec.none, count: 7 } };
    const broken = folder.file(captureBytes([first, damaged, first, ...rest]));
    const source = { kind: 'capture', path: broken, batches: undefined } as const;
    const { result, clean } = await runBacktest(job(tried(rule('a', '/a'), ''), { source }), quiet);
    expect(result.skipped).toMatchObject({ unreadable: [{ code: 'BATCH_CORRUPT', batches: 1 }], duplicates: 1 });
    expect(result.skipped.missing).toBeGreaterThan(0);
    expect(clean).toBe(false);
    expect(result.coverage.notes.join()).toMatch(/lost/);
  });

  it('counts no event as lost that an equal one stood for', async () => {
    const all = batches();
    const [kind, last] = [Kind.FileOpen, all.length - 1];
    const losses = [
      { kind, reason: LossReason.ringFull, count: 2n },
      { kind, reason: LossReason.suppressed, count: 5n },
    ];
    const told = all.map((batch, i) => (i < last ? batch : { ...batch, header: { ...batch.header, losses } }));
    const source = { kind: 'capture', path: folder.file(captureBytes(told)), batches: undefined } as const;
    const { result } = await runBacktest(job(tried(rule('a', '/a'), ''), { source }), quiet);
    expect(result.coverage.lost).toEqual([{ kind: 'file.open', reason: 'ring_full', count: 2 }]);
  });

  it('names kinds that are asked for and are not there', async () => {
    const text = '- rule: n\n  condition: evt.type = connect\n  output: c\n  priority: Notice\n';
    const { result } = await runBacktest(job(tried(text, '')), quiet);
    expect(result.coverage.absent).toContain('net.connect');
    expect(result.coverage.notes[0]).toMatch(/net\.connect/);
  });

  it('ends when it is cancelled, with a file that is gone, and with one that is none', async () => {
    const stop = new AbortController();
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const many = folder.file(captureBytes(longPast()));
    const source = { kind: 'capture', path: many, batches: undefined } as const;
    const running = runInWorker(job(tried(rule('a', '/a'), ''), { source }), {
      signal: stop.signal,
      onProgress: ({ phase }) => {
        if (phase === 'running') stop.abort(new Error('enough'));
      },
      log,
    });
    await expect(running).rejects.toThrow('enough');
    const gone = job(tried('', ''), { source: { ...source, path: `${folder.path}/none` } });
    await expect(runInWorker(gone, { ...quiet, log })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    const none = job(tried('', ''), { source: { ...source, path: folder.file(new Uint8Array(100)) } });
    await expect(runInWorker(none, { ...quiet, log })).rejects.toMatchObject({ reason: 'CAPTURE_CORRUPT' });
  });
});

/** Enough to be cancelled in the midst of. */
function longPast(): Batch[] {
  return Array.from({ length: 40 }, (_, run) =>
    batches().map((batch) => ({ ...batch, header: { ...batch.header, agentEpoch: BigInt(run + 1) } })),
  )
    .flat()
    .flatMap((batch) => Array.from({ length: 30 }, () => batch));
}
