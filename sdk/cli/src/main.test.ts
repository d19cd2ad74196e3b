import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-main-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('is ended by Ctrl-C while it reads rules', async () => {
  const pipe = join(folder, 'rules.yaml');
  execFileSync('mkfifo', [pipe]);
  const command = spawn(process.execPath, [MAIN, 'rules', 'validate', pipe], { stdio: 'ignore' });
  const ended = once(command, 'exit');
  // opens as soon as the command waits for what comes through it
  const writer = await open(pipe, 'w');
  command.kill('SIGINT');
  expect(await ended).toEqual([null, 'SIGINT']);
  await writer.close();
});

it('shows the usage of the commands that the words name', () => {
  const usage = (...words: string[]) => execFileSync(process.execPath, [MAIN, ...words], { encoding: 'utf8' });
  expect(usage('rules', 'activate', '--help')).toMatch(/picket rules activate ID/);
  expect(usage('rules', '--help')).toMatch(/rules rollback/);
  expect(usage('rules', '--help')).not.toMatch(/alerts list/);
  expect(usage('--help')).toMatch(/alerts list/);
  expect(
    usage('--help')
      .split('\n')
      .filter((line) => line.length > 80),
  ).toEqual([]);
});
