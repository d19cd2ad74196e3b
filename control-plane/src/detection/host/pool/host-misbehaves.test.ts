import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { batchOfCount, hostedGuest } from '../testing/hosted-guest.ts';
import type { DetectorHost, HostOptions } from './host-contract.ts';
import { startDetectorHost } from './start-detector-host.ts';

const hosts: DetectorHost[] = [];
const folder = mkdtempSync(join(tmpdir(), 'picket-launcher-'));
const lines: string[] = [];

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
  lines.length = 0;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(options: Partial<HostOptions> = {}): Promise<DetectorHost> {
  const warn = (message: string, fields: { line?: unknown } = {}) => void lines.push(`${message} ${fields.line}`);
  const host = await startDetectorHost({ owner: 'tests', log: { info: () => {}, warn }, ...options });
  hosts.push(host);
  return host;
}

/** A launcher that starts something else: 3 is its report, 4 the channel of the first worker. */
function launcher(name: string, ...script: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, ['#!/bin/sh', ...script].join('\n'), { mode: 0o755 });
  return path;
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code: string }) => error.code,
  );

it('a process that stands still is ended', { timeout: 30_000 }, async () => {
  const host = await start();
  await host.open(await hostedGuest('a', undefined, { deadlineMs: 50 }));
  process.kill(host.status.pid, 'SIGSTOP');
  expect(await codeOf(host.batch('a', batchOfCount(1)))).toBe('DETECTOR_HOST_ENDED');
  expect((await host.ended).reason).toBe('unresponsive');
});

it('a process that says what can not be is ended', async () => {
  const garbage = 'head -c 100 /dev/zero >&4';
  const path = launcher('garbage', 'echo "have seccomp" >&3', 'exec 3>&-', garbage, 'exec sleep 60');
  const host = await start({ launcher: path });
  const opened = codeOf(host.open(await hostedGuest('a')));
  expect(await opened).toBe('DETECTOR_HOST_ENDED');
  expect((await host.ended).reason).toBe('protocol');
});

it('what a process writes to stderr comes into the log, up to a number of lines', async () => {
  const path = launcher('chatter', 'echo "have seccomp" >&3', 'exec 3>&-', 'seq 1 80 >&2', 'exit 3');
  const host = await start({ launcher: path });
  expect(await host.ended).toEqual({ reason: 'exited', message: 'it ended with code 3' });
  await expect.poll(() => lines.at(-1)).toBe('a detector host says and 30 lines more');
  expect(lines.length).toBe(51);
});

it('a process that writes to stderr without end is ended', async () => {
  const path = launcher('flood', 'echo "have seccomp" >&3', 'exec 3>&-', 'exec yes >&2');
  const host = await start({ launcher: path });
  expect((await host.ended).reason).toBe('exited');
  await expect.poll(() => lines.at(-1)).toMatch(/lines more$/);
});

it('a process that can not be started says why', async () => {
  const path = launcher('failing', 'echo "fail exec No such file or directory" >&3', 'exit 70');
  await expect(start({ launcher: path })).rejects.toMatchObject({
    code: 'DETECTOR_HOST_ENDED',
    message: expect.stringContaining('No such file'),
  });
});
