import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { chooseListen, reachableUrl } from './listen.ts';
import { parseStartOptions } from './options.ts';
import { LineWatch, waitUntilReady } from './ready.ts';

describe('parseStartOptions', () => {
  it('takes nothing, or a capture and a speed', () => {
    expect(parseStartOptions([])).toEqual({});
    expect(parseStartOptions(['--replay', '/a/b.cap', '--speed', '2.5'])).toEqual({ replay: '/a/b.cap', speed: '2.5' });
    for (const speed of ['original', 'full', 'max'])
      expect(parseStartOptions(['--replay=/a', `--speed=${speed}`]).speed).toBe(speed);
  });

  it('refuses the rest with the usage', () => {
    for (const args of [
      ['--speed', '2'],
      ['--replay'],
      ['--replay', 'x', '--speed', '0'],
      ['--replay', 'x', '--speed', 'slow'],
      ['--fast'],
      ['word'],
    ])
      expect(() => parseStartOptions(args), args.join(' ')).toThrow(/Usage: npm start/);
  });
});

describe('chooseListen', () => {
  it('takes what was asked for, and a free port for 0', async () => {
    const { host, port } = await chooseListen('127.0.0.1:0');
    expect(host).toBe('127.0.0.1');
    expect(port).toBeGreaterThan(0);
    expect(await chooseListen(`127.0.0.1:${port}`)).toEqual({ host, port });
  });

  it('refuses an address that is in use, or none', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(chooseListen(`127.0.0.1:${port}`)).rejects.toThrow(/is in use/);
    server.close();
    for (const text of ['8686', 'localhost', ':80', '127.0.0.1:99999', ''])
      await expect(chooseListen(text), text).rejects.toThrow(/PICKET_LISTEN must be host:port/);
  });

  it('is reached on loopback when it listens everywhere', () => {
    expect(reachableUrl({ host: '0.0.0.0', port: 5 })).toBe('http://127.0.0.1:5');
    expect(reachableUrl({ host: '[::1]', port: 5 })).toBe('http://[::1]:5');
  });
});

describe('waiting', () => {
  it('ends when the line came, before or after the question, or when the time is over', async () => {
    const watch = new LineWatch(/ info ready\b/);
    expect(await watch.seen(5)).toBe(false);
    const seen = watch.seen(10_000);
    watch.onLine('2026 info already');
    watch.onLine('2026 info ready node=x');
    expect(await seen).toBe(true);
    expect(await watch.seen(0)).toBe(true);
  });

  it('says what the last answer of the control plane was', async () => {
    await expect(waitUntilReady('http://127.0.0.1:1', 150)).rejects.toThrow(/not ready within 0.15 s/);
  });
});
