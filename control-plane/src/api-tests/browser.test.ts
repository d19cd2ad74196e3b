import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sampleAlert } from '../store/testing/alerts.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { apis } from './test-api.ts';

/** What only a browser decides: content security policy, cookies, and which requests a page of another origin gets through. */

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

if (!existsSync(CHROMIUM)) console.warn('SKIPPED: Chromium is not installed (Debian: apt-get install chromium)');

describe.skipIf(!existsSync(CHROMIUM))('in a browser', () => {
  onSqlite((database) => {
    const { start, closeAll } = apis(database.open);
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...QUIET] });
    });
    afterAll(async () => await browser?.close());
    afterEach(closeAll);

    async function open(): Promise<{ page: Page; trouble: string[] }> {
      const page = await (await (browser as Browser).newContext()).newPage();
      const trouble: string[] = [];
      page.on('pageerror', (error) => trouble.push(error.message));
      page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
      page.on('request', (request) => {
        const { hostname, protocol } = new URL(request.url());
        if (protocol.startsWith('http') && hostname !== '127.0.0.1') trouble.push(`asked ${request.url()}`);
      });
      return { page, trouble };
    }

    test('the reference page lists every route without any other server', async () => {
      const api = await start();
      const { paths } = (await (await api.request('/api/v1/openapi.json')).json()) as { paths: Record<string, object> };
      const routes = Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
      );
      const { page, trouble } = await open();
      await page.goto(`${api.url}/api/docs`);
      const texts = (selector: string) => page.locator(`.opblock-summary-${selector}`).allTextContents();
      const listed = async () => {
        const [methods, names] = [await texts('method'), await texts('path')];
        // The viewer puts breaking points without width into long paths.
        return names.map((name, i) => `${methods[i]} ${name.replaceAll('\u200b', '')}`).toSorted();
      };
      await expect.poll(listed, { timeout: 20_000 }).toEqual(routes.toSorted());
      await page.getByRole('button', { name: '/api/v1/whoami' }).first().click();
      await page.getByRole('button', { name: 'Try it out' }).click();
      expect(trouble).toEqual([]);
      await page.getByRole('button', { name: 'Execute' }).click();
      await page.getByText('AUTH_MISSING').first().waitFor();
    });

    test('a page of the console signs in, hears alerts and signs out; its scripts never see the cookie', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'picket-page-'));
      writeFileSync(join(folder, 'index.html'), '<!doctype html><title>console</title>');
      const api = await start({ config: { consoleFolder: folder } });
      const { page } = await open();
      await page.goto(`${api.url}/`);
      const call = (method: string, path: string, body?: unknown) =>
        page.evaluate(
          async ([m, p, b]) => {
            const headers = { 'content-type': 'application/json' };
            return (await fetch(p, { method: m, ...(b !== undefined && { headers, body: b }) })).status;
          },
          [method, path, body === undefined ? undefined : JSON.stringify(body)] as [string, string, string | undefined],
        );
      expect(await call('GET', '/api/v1/whoami')).toBe(401);
      expect(await call('POST', '/api/v1/session', { token: await api.token() })).toBe(200);
      expect(await call('GET', '/api/v1/whoami')).toBe(200);
      expect(await page.evaluate('document.cookie')).toBe('');
      const heard = page.evaluate(`new Promise((resolve) => {
        const source = new EventSource('/api/v1/alerts/stream');
        source.addEventListener('ready', () => document.body.append('ready'));
        source.addEventListener('alert', (event) => resolve(JSON.parse(event.data).uuid));
      })`);
      await page.getByText('ready').waitFor();
      await api.store.alerts.upsert([sampleAlert(1)]);
      api.written();
      expect(await heard).toBe(sampleAlert(1).uuid);
      expect(await call('POST', '/api/v1/tokens', { name: 'x', role: 'viewer' })).toBe(201);
      expect(await call('DELETE', '/api/v1/session')).toBe(204);
      expect(await call('GET', '/api/v1/whoami')).toBe(401);
      rmSync(folder, { recursive: true });
    });

    test('a page of another origin of the same host can neither read nor change anything', async () => {
      const api = await start();
      const form = `<form method="post" enctype="text/plain" action="${api.url}/api/v1/tokens">
        <input name='{"name":"x","role":"admin","a":"' value='"}'><button>win a prize</button></form>`;
      const other = createServer((_, response) => response.setHeader('content-type', 'text/html').end(form));
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { page } = await open();
      // The cookie of a host goes to all of its ports, so this page has it as well.
      const signedIn = await page.request.post(`${api.url}/api/v1/session`, { data: { token: await api.token() } });
      expect(signedIn.status()).toBe(200);
      await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
      const reads = await page.evaluate(async (url) => {
        const send = (path: string, init?: RequestInit) =>
          fetch(`${url}${path}`, { credentials: 'include', ...init }).then(
            (response) => response.status,
            () => 'refused',
          );
        return [
          await send('/api/v1/alerts'),
          await send('/api/v1/tokens', { method: 'POST', body: '{"name":"x","role":"admin"}' }),
          await send('/api/v1/session', { method: 'DELETE' }),
        ];
      }, api.url);
      expect(reads).toEqual(['refused', 'refused', 'refused']);
      // A form is sent without asking first; the server must refuse it by itself.
      await page.getByText('win a prize').click();
      await page.waitForURL(`${api.url}/api/v1/tokens`);
      const { items } = await api.store.audit.list(10);
      expect(items.map((entry) => entry.action)).toEqual(['session.create']);
      await new Promise((resolve) => other.close(resolve));
    });
  });
});
