import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PicketClient } from '@picket/sdk/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { StartCommand } from './start-command.ts';

// The five-minute tutorial, as somebody who reads it runs it: the commands are those of the page.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/first-detector.md'), 'utf8');
/** What the page makes on the machine. */
const FOLDERS = ['/tmp/discovery', '/tmp/shop'];

/** The blocks of commands, in order. */
const blocks = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
let at = 0;

/** The next block of the page, which begins as the story thinks. */
function next(beginning: string): string {
  const block = blocks[at++] ?? '';
  expect(block.slice(0, beginning.length)).toBe(beginning);
  return block;
}

let data: string;
let picket: StartCommand;
let tail: ChildProcess | undefined;
beforeAll(async () => {
  for (const folder of FOLDERS)
    if (existsSync(folder)) throw new Error(`${folder} is there: the story would write into it; remove it first`);
  data = mkdtempSync(join(tmpdir(), 'picket-first-'));
  expect(next('npm start')).toBe('npm start\n');
  picket = await StartCommand.begin(data);
  await picket.printed(/Stop {5}Ctrl-C/);
});
afterAll(async () => {
  tail?.kill('SIGINT');
  await picket?.interrupt();
  await sh('runc delete --force shop 2>/dev/null; true');
  for (const folder of [data, ...FOLDERS]) rmSync(folder, { recursive: true, force: true });
});

/** Runs commands in the folder of Picket, as typed; the data folder alone is that of the story. */
function begin(script: string): ChildProcess {
  const env = { ...process.env, PICKET_DATA: data, XDG_CONFIG_HOME: data };
  return spawn('sh', ['-ec', script], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

function collect(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return () => output;
}

async function sh(script: string): Promise<string> {
  const child = begin(script);
  const output = collect(child);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${script}ended with code ${code}:\n${output()}`);
  return output();
}

const client = () =>
  new PicketClient({ baseUrl: picket.api, token: readFileSync(join(data, 'admin-token'), 'utf8').trim() });

/** Waits until the detector runs in a stage. Whoever reads the page takes longer than that. */
const runsIn = (stage: string) =>
  waitFor(`the detector in stage ${stage}`, async () => {
    const { items } = await client().detectors.stats('discovery');
    return items.find((item) => item.stage === stage && ['idle', 'running'].includes(item.state));
  });

it('makes, builds and tests a detector', async () => {
  expect(await sh(next('npm run picket -- detectors init'))).toContain('/tmp/discovery/src/main.ts\n');
  expect(readFileSync('/tmp/discovery/src/main.ts', 'utf8')).toContain(
    /```ts\n([\s\S]*?) *\.\.\.\n```/.exec(PAGE)?.[1],
  );
  const output = await sh(next('npm run picket -- detectors build'));
  expect(output).toContain('written   /tmp/discovery/build/discovery.wasm\n');
  const shown = /```text\n(discovery 1[\s\S]*?)```/.exec(PAGE)?.[1];
  expect(output).toContain(shown);
});

it('uploads it, and it runs in shadow', async () => {
  expect(await sh(next('npm run picket -- detectors push'))).toMatch(/^discovery 1\.0\.0 {2}[0-9a-f]{12} {2}shadow$/m);
  await runsIn('shadow');
  expect(await sh(next('npm run picket -- detectors stats'))).toMatch(/^version {3}1\.0\.0 [0-9a-f]{12}, shadow, /m);
});

it('finds what happens in a real container, and makes no alert of it', async () => {
  await sh(next('mkdir -p /tmp/shop'));
  await sh(next('for name in id hostname'));
  const findings = next('npm run picket -- detectors findings');
  const output = await waitFor('the finding', async () => {
    const text = await sh(findings);
    return text.includes('Somebody looks around') ? text : undefined;
  });
  expect(output).toMatch(
    / Warning {7}Somebody looks around · shop\n +id, hostname, uname, ps were run within 60 s, .* user 0 · .*ps\(\d+\): ps$/m,
  );
  const { items } = await client().alerts.list();
  expect(items.filter(({ detector }) => detector.kind === 'wasm')).toEqual([]);
});

it('alerts once it is promoted', async () => {
  expect(await sh(next('npm run picket -- detectors promote'))).toMatch(/^discovery +active 1\.0\.0$/m);
  await runsIn('active');
  tail = begin(`exec ${next('npm run picket -- alerts tail')}`);
  const shown = collect(tail);
  await waitFor('the tail of alerts', () => (shown().includes('waiting for alerts') ? true : undefined));
  await sh(next('for name in id hostname'));
  await waitFor('the alert', () => (/ Warning {7}Somebody looks around · shop$/m.test(shown()) ? true : undefined));
  const { items } = await client().alerts.list({ rule: 'Somebody looks around' });
  expect(items).toMatchObject([
    {
      priority: 'Warning',
      detector: { kind: 'wasm', id: 'discovery', version: '1.0.0' },
      process: { name: 'ps' },
      container: { name: 'shop' },
      mitre: ['T1033', 'T1082'],
      count: 1,
    },
  ]);
});

it('changes, goes back and clears up', async () => {
  expect(await sh(next('npm run picket -- detectors config'))).toContain('different=3\n');
  expect(await sh(next('npm run picket -- detectors rollback'))).toMatch(/^discovery /m);
  await sh(next('npm run picket -- detectors delete'));
  expect((await client().detectors.list()).items).toEqual([]);
  expect(FOLDERS.filter((folder) => existsSync(folder))).toEqual([]);
  expect(at).toBe(blocks.length);
});
