import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Backtest, PicketClient } from '@picket/sdk/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { captureBytes } from '../../control-plane/src/backtest/testing/capture-of.ts';
import { compileScript } from '../../control-plane/src/rule-tests/script/event-script.ts';
import { run } from '../../sdk/cli/src/run.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

// What was recorded is tried again: the events of the stream and of a file, by rules and by a detector.

const ATTACK = fileURLToPath(new URL('../fixtures/attack.pkcap', import.meta.url));
const RULES = fileURLToPath(new URL('../../control-plane/rules', import.meta.url));
const DETECTOR = fileURLToPath(new URL('../../detectors/port-scan', import.meta.url));
const web = { id: 'c1'.padEnd(64, '0'), name: 'web', pod_namespace: 'shop', pod_name: 'web-1' };
const SCAN = captureBytes(
  compileScript({
    containers: { web },
    events: [
      { 'process.exec': { pid: 100, path: '/usr/bin/nmap', container: 'web' } },
      {
        'net.connect': {
          pid: 100,
          remote_ip: '10.0.0.9',
          remote_port: '{n}',
          repeat: 40,
          every: '10ms',
          container: 'web',
        },
      },
    ],
  }),
);

let stack: Stack;
let client: PicketClient;
const folder = mkdtempSync(join(tmpdir(), 'picket-backtests-'));

beforeAll(async () => {
  stack = await startStack({ withoutAgent: true });
  client = new PicketClient({ baseUrl: stack.api, token: stack.token });
  const manifest = readFileSync(join(DETECTOR, 'manifest.yaml'), 'utf8');
  const source = { files: { 'main.ts': readFileSync(join(DETECTOR, 'src/main.ts'), 'utf8') } };
  await client.detectors.upload({ manifest, source });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function picket(...words: string[]): Promise<{ code: number; out: string[]; notes: string[] }> {
  const out: string[] = [];
  const notes: string[] = [];
  const io = {
    out: (line: string) => void out.push(line),
    note: (line: string) => void notes.push(line),
    signal: new AbortController().signal,
  };
  const config = {
    data: stack.nats.folder,
    natsUrl: stack.nats.url,
    seedFile: undefined,
    loginFile: join(folder, 'none'),
  };
  const login = ['--url', stack.api, '--token-file', join(stack.nats.folder, 'admin-token')];
  const code = await run(words[0] === 'replay' ? words : [...words, ...login], config, io);
  return { code, out, notes };
}

it('makes the alerts of the stored events again, the same ones', async () => {
  expect(await picket('replay', ATTACK, '--speed', 'full')).toMatchObject({ code: 0 });
  const live = await waitFor('all alerts', async () => {
    const before = (await client.alerts.list({ limit: 200 })).items;
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const after = (await client.alerts.list({ limit: 200 })).items;
    return before.length > 5 && before.length === after.length ? after : undefined;
  });
  const { code, out, notes } = await picket('backtest', 'rules', RULES, '--since', '1h', '--wait', '--json');
  expect([code, notes.filter((line) => line.startsWith('picket:'))]).toEqual([0, []]);
  const { result, clean, state } = JSON.parse(out.join('\n')) as Backtest;
  expect([state, clean]).toEqual(['done', true]);
  expect(result?.skipped.cut).toBe('stored');
  const key = ({ uuid, count, output }: { uuid: string; count: number; output: string }) =>
    `${uuid} ${count} ${output}`;
  expect(result?.alerts.examples.map(key).toSorted()).toEqual(live.map(key).toSorted());
  expect(result?.difference).toMatchObject({ added: 0, gone: 0, same: live.length, changed: 0 });
});

it('tries a detector on a file, and shows what would have been told', async () => {
  const file = join(folder, 'scan.pkcap');
  writeFileSync(file, SCAN);
  const { code, out } = await picket('backtest', 'detector', 'port-scan', '--capture', file, '--wait');
  expect([code, out[0]]).toEqual([0, expect.stringMatching(/done .* port-scan@/)]);
  const text = out.join('\n');
  expect(text).toMatch(/events +42 in 42 batches, 40 handed to the detector/);
  expect(text).toMatch(/1 Warning +Port scan · shop\//);
  expect(text).toMatch(/1 added, 0 gone|nothing to compare with/);
  expect((await client.captures.list()).items).toEqual([]);
  const listed = await picket('backtest', 'list');
  expect(listed.out.join('\n')).toMatch(/done .* clean +port-scan@/);
});

it('makes the alerts of a live detector again, the same ones', async () => {
  const [version] = (await client.detectors.versions.list('port-scan')).items;
  await client.detectors.promote('port-scan', { version: version?.id ?? '', stage: 'active' });
  const file = join(folder, 'live.pkcap');
  writeFileSync(file, SCAN);
  const key = ({ uuid, count, output }: { uuid: string; count: number; output: string }) =>
    `${uuid} ${count} ${output}`;
  const live = await waitFor('the alert of the detector', async () => {
    // the control plane takes over what runs in a moment of its own: a replay is another run of the node
    expect((await picket('replay', file, '--speed', 'full')).code).toBe(0);
    const { items } = await client.alerts.list({ rule: 'Port scan' });
    return items.length > 0 ? items : undefined;
  });
  const { out } = await picket('backtest', 'detector', 'port-scan', '--since', '1h', '--wait', '--json');
  const { result } = JSON.parse(out.join('\n')) as Backtest;
  expect(result?.alerts.examples.map(({ uuid }) => uuid)).toContain(live[0]?.uuid);
  expect(result?.difference).toMatchObject({ against: `version ${version?.version}`, added: 0, gone: 0 });
  const [again] = result?.alerts.examples.filter(({ uuid }) => uuid === live[0]?.uuid) ?? [];
  expect(again && key(again)).toBe(live[0] && key(live[0]));
});

it('says what is wrong', async () => {
  const none = await picket('backtest', 'detector', 'nothing', '--since', '1h');
  expect([none.code, none.notes.join()]).toEqual([1, expect.stringMatching(/no detector nothing/)]);
  const file = join(folder, 'none.pkcap');
  writeFileSync(file, 'this is none');
  const broken = await picket('backtest', 'detector', 'port-scan', '--capture', file);
  expect([broken.code, broken.notes.join()]).toEqual([1, expect.stringMatching(/not a Picket capture/)]);
  for (const words of [['detector'], ['rules'], ['other'], ['detector', 'a', '--since', 'soon'], ['show']])
    expect((await picket('backtest', ...words)).code).toBe(2);
});

it('ends what waits when it is told to, and what ran when the control plane ended', async () => {
  const request = { detector: { name: 'port-scan' }, from: { since: new Date(Date.now() - 3_600_000).toISOString() } };
  const made = await Promise.all(Array.from({ length: 8 }, () => client.backtests.create(request)));
  const last = made.at(-1)?.id ?? '';
  expect((await picket('backtest', 'delete', last)).code).toBe(0);
  expect((await client.backtests.get(last)).state).toBe('cancelled');
  await stack.control.kill();
  await stack.startControl();
  const after = await Promise.all(made.map(({ id }) => client.backtests.get(id)));
  const failed = after.filter(({ state }) => state === 'failed');
  expect(failed.length).toBeGreaterThan(0);
  for (const { error } of failed) expect(error?.message).toMatch(/run it again/);
  expect(after.filter(({ state }) => state === 'queued' || state === 'running')).toEqual([]);
  const again = await client.backtests.create(request);
  expect(await client.backtests.finished(again.id)).toMatchObject({ state: 'done', clean: true });
});
