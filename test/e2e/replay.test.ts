import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CaptureDecoder, CaptureError } from '@picket/sdk';
import { PicketClient } from '@picket/sdk/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LEAST_RULES } from '../../scripts/demo/report.ts';
import { waitFor } from '../support/wait-for.ts';
import { StartCommand } from './start-command.ts';

// Picket where eBPF is not allowed: the attack of the demo, recorded, goes the same way from the bus on.

const CAPTURE = readFileSync(fileURLToPath(new URL('../fixtures/attack.pkcap', import.meta.url)));

let folder: string;
let command: StartCommand | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-replay-'));
});
afterEach(async () => {
  await command?.interrupt();
  command = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** Starts with a capture of these bytes. */
async function replay(bytes: Uint8Array): Promise<StartCommand> {
  const file = join(folder, 'a.pkcap');
  writeFileSync(file, bytes);
  command = await StartCommand.begin(join(folder, 'data'), ['--replay', file, '--speed', 'max']);
  return command;
}

const client = ({ api }: StartCommand) =>
  new PicketClient({ baseUrl: api, token: readFileSync(join(folder, 'data/admin-token'), 'utf8').trim() });

/** Whole messages in the bytes of a capture, and the code of what is wrong behind them. */
function wholeMessages(bytes: Uint8Array): { messages: number; code: string | undefined } {
  const decoder = new CaptureDecoder();
  try {
    for (const _ of decoder.push(bytes));
    decoder.finish();
    return { messages: decoder.messages, code: undefined };
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return { messages: decoder.messages, code: error.code };
  }
}

it('finds a recorded attack without an agent', async () => {
  expect(CAPTURE.length).toBeLessThan(200_000);
  const start = await replay(CAPTURE);
  await start.printed(`${wholeMessages(CAPTURE).messages} batches published`);
  await start.printed('Stop     Ctrl-C');
  const items = await waitFor(`alerts of ${LEAST_RULES} rules`, async () => {
    const page = await client(start).alerts.list({ limit: 200 });
    return new Set(page.items.map(({ rule }) => rule)).size >= LEAST_RULES ? page.items : undefined;
  });
  for (const { container, hostname, evidence } of items) {
    expect(container).toMatchObject({ name: 'shop-web', image: 'registry.example/shop/web:1.4' });
    expect(hostname).toMatch(/-replay$/);
    expect(evidence).toMatchObject({ metadata: 'complete', lost: [] });
  }
  const shell = items.find(({ rule }) => rule === 'Server process starts a shell');
  expect(shell?.process?.ancestors[0]).toMatchObject({ name: 'nginx', exepath: '/usr/sbin/nginx' });
  expect(
    start
      .processes()
      .map(({ command }) => command)
      .join('\n'),
  ).not.toContain('agent/src/main.ts');
});

/** Where the frame in the middle of a capture ends: u32 length, u8 type, payload (sdk/src/capture.ts). */
function endOfMiddleFrame(bytes: Buffer): number {
  let at = 8;
  while (at < bytes.length / 2) at += 5 + bytes.readUInt32LE(at);
  return at;
}

function changed(): Buffer {
  const bytes = Buffer.from(CAPTURE);
  const last = endOfMiddleFrame(bytes) - 1;
  bytes.writeUInt8(bytes.readUInt8(last) ^ 0xff, last);
  return bytes;
}

const cut = CAPTURE.subarray(0, Math.floor(CAPTURE.length * 0.9));

it.each([
  ['a truncated capture', cut, 'CAPTURE_TRUNCATED', /^the capture ends early: its \d+ whole messages.*--partial$/m],
  ['a changed capture', changed(), 'CAPTURE_CORRUPT', /^the capture is damaged: its checksum does not match/m],
  ['garbage', Buffer.alloc(5000, 'garbage'), 'CAPTURE_NOT_A_CAPTURE', /^this is not a Picket capture/m],
  ['an empty file', Buffer.alloc(0), 'CAPTURE_NOT_A_CAPTURE', /^this is not a Picket capture/m],
  ['a later format', Buffer.from('PKCAP\0\x63\0'), 'CAPTURE_VERSION', /^the capture has format 99/m],
])('refuses %s before anything is started', async (_, bytes, code, sentence) => {
  expect(wholeMessages(bytes).code).toBe(code);
  const start = await replay(bytes);
  expect(await start.ended()).toBe(1);
  expect(start.output).toMatch(sentence);
  expect(start.output).not.toContain('Console');
});
