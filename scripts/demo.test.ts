import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert } from '@picket/sdk';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { CommandProcess, started } from './testing/command-process.ts';

// The demo is the whole of Picket at work: kernel, bus, detection, alerts, command line. Recorded and replayed
// elsewhere, the same events must give the same alerts.

let folder: string;
const processes: CommandProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-demo-'));
});
afterEach(async () => {
  for (const command of processes.splice(0).reverse()) await command.end('SIGTERM');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(data: string, file: string, ...args: string[]): CommandProcess {
  const command = new CommandProcess(join(folder, data), file, ...args);
  processes.push(command);
  return command;
}
const picket = (data: string, ...args: string[]) => run(data, 'sdk/cli/src/main.ts', ...args);

/** What the alerts about a container say that a replay must say again: all but ids and revisions. */
async function alertsOf(data: string, id: string): Promise<string[]> {
  const list = picket(data, 'alerts', 'list', '--json', '--limit', '200');
  expect(await list.exitCode()).toBe(0);
  const alerts = list.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Alert);
  // Other containers may run on the machine; the recording holds what they did only in part.
  return alerts
    .filter(({ container }) => container?.full_id === id)
    .map(({ time, rule, container, count, output }) => [time, rule, container?.name, count, output].join(' '))
    .sort();
}

it('finds the intruder and nothing else, and finds the same again in a recording', async () => {
  const capture = join(folder, 'demo.cap');
  const start = run('live', 'scripts/start.ts');
  await started(start);
  const record = picket('live', 'record', capture);
  await record.printed(/recording/);
  const demo = run('live', 'scripts/demo.ts', '--quick');
  const code = await demo.exitCode();
  expect(demo.stdout + demo.stderr).toContain('No alert came.');
  expect(code, demo.stdout + demo.stderr).toBe(0);
  const id = /picket-[0-9a-f]{12}/.exec(demo.stdout)?.[0] ?? '';
  expect(await record.end('SIGINT')).toBe(0);
  const live = await alertsOf('live', id);
  expect(live.length).toBeGreaterThanOrEqual(8);
  expect(await start.end('SIGINT')).toBe(0);

  const replay = run('replayed', 'scripts/start.ts', '--replay', capture, '--speed', 'max');
  await started(replay);
  await replay.printed(/batches published/);
  await expect.poll(() => alertsOf('replayed', id), { timeout: 30_000, interval: 500 }).toEqual(live);
});
