import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endLeftover } from './end-leftover.ts';
import { NodePart } from './node-part.ts';
import { parseIdentity } from './process-identity.ts';
import type { Run } from './service.ts';

let folder: string;
let lines: string[];
const runs: Run[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-part-'));
  lines = [];
});
afterEach(async () => {
  for (const run of runs.splice(0)) await run.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a real process that runs the script. */
async function launch(script: string): Promise<Run> {
  const file = join(folder, 'part.mjs');
  writeFileSync(file, script);
  const environment = { GIVEN: 'yes' };
  const onLine = (line: string) => void lines.push(line);
  const run = await new NodePart({
    name: 'part',
    file,
    args: ['a b'],
    environment,
    pidFile: join(folder, 'pid'),
    onLine,
  }).launch();
  runs.push(run);
  return run;
}

const pidFile = () => readFileSync(join(folder, 'pid'), 'utf8');
const STAYS = "console.log('up', process.argv[2], process.env.GIVEN); setInterval(() => {}, 1000);";

describe('NodePart', () => {
  it('runs with arguments and environment, hands on its lines, and ends on SIGTERM', async () => {
    const run = await launch(`${STAYS} process.on('SIGTERM', () => { console.error('bye'); process.exit(0); });`);
    await expect.poll(() => lines).toEqual(['up a b yes']);
    await run.stop();
    expect(lines).toEqual(['up a b yes', 'bye']);
    expect((await run.ended).how).toBe('code 0');
    expect(existsSync(join(folder, 'pid'))).toBe(false);
    await run.stop();
  });

  it('tells how it ended', async () => {
    const run = await launch("console.error('no port left'); process.exitCode = 3;");
    expect((await run.ended).how).toBe('code 3');
    expect(lines).toEqual(['no port left']);
  });

  it('runs in a session of its own, so that Ctrl-C does not reach it', async () => {
    await launch(STAYS);
    const pid = parseIdentity(pidFile())?.pid;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    expect(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]).toBe(String(pid));
  });
});

describe('endLeftover', () => {
  const end = () => endLeftover(join(folder, 'pid'), 'part');

  it('ends what an earlier start left behind', async () => {
    const first = await launch(STAYS);
    expect(await end()).toBe(true);
    expect((await first.ended).how).toBe('signal SIGTERM');
    expect(await end()).toBe(false);
  });

  it('leaves alone a process that got the pid of one that has ended', async () => {
    const first = await launch(STAYS);
    writeFileSync(join(folder, 'pid'), JSON.stringify({ ...parseIdentity(pidFile()), start: '1' }));
    expect(await end()).toBe(false);
    expect(await Promise.race([first.ended, 'runs'])).toBe('runs');
  });
});
