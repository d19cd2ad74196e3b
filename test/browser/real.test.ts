import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startContainer, type TestContainer } from '../support/container.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { launchChromium } from './chromium.ts';

// The console as its user meets it: the real server behind it, a real attack in front of it. It shows the page that
// the build has left in the console's folder, as npm start does.

const SCREENSHOTS = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const IMAGE = 'registry.example/shop/web:1.4';

let stack: Stack;
let container: TestContainer;
let browser: Browser;
let page: Page;
/** What the browser reported that must not be: errors, a broken security policy, requests that left the server. */
const complaints: string[] = [];

beforeAll(async () => {
  stack = await startStack();
  container = await startContainer({ name: 'shop-web', image: IMAGE, args: ['nginx', '8080'] });
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1360, height: 860 }, locale: 'en-GB' });
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && complaints.push(message.text()));
  page.on('request', (request) => request.url().startsWith(stack.api) || complaints.push(`fetched ${request.url()}`));
});
afterAll(async () => {
  await browser?.close();
  await container?.remove();
  await stack?.stop();
});

const rows = () => page.locator('[data-alert]');
const detail = () => page.getByRole('region', { name: 'Alert', exact: true });
const live = () => page.getByRole('status').filter({ hasText: /^Live$/ });

it('lets the administrator in by the token of the file', async () => {
  await page.goto(stack.api);
  await page.getByLabel('Access token', { exact: true }).fill(stack.token);
  await page.keyboard.press('Enter');
  await live().waitFor();
  expect(await rows().count()).toBe(0);
  expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])')).not.toContain('pkt_');
});

it('shows an attack as it happens, without a reload', async () => {
  await page.evaluate('window.notReloaded = true');
  await container.exec(['wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8080/run?cat+/etc/shadow%3B+true']);
  await rows().filter({ hasText: 'Account file read by an unexpected program' }).waitFor();
  await rows().filter({ hasText: 'Server process starts a shell' }).waitFor();
  expect(await rows().first().textContent()).toContain('shop-web');
  expect(await page.evaluate('window.notReloaded')).toBe(true);
});

it('opens it with process, container, evidence and every field', async () => {
  await rows().filter({ hasText: 'Account file read' }).click();
  await detail().getByRole('heading', { name: 'Account file read by an unexpected program' }).waitFor();
  const tree = detail().getByRole('region', { name: 'Process' });
  await tree.getByText('caused the alert').waitFor();
  const names = await tree.locator('li strong').allTextContents();
  expect(names.slice(-3)).toEqual(['nginx', 'sh', 'cat']);
  const text = (await detail().textContent()) ?? '';
  for (const shown of [container.id.slice(0, 12), 'shop-web', IMAGE, 'cat /etc/shadow', 'T1555'])
    expect(text).toContain(shown);
  expect(text).toContain('Nothing was lost around this alert and its container is fully known.');
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}real-detail.png` });

  await detail().getByRole('tab', { name: 'Fields' }).click();
  await detail().getByLabel('Search fields').fill('fd.name');
  await detail().getByRole('row').filter({ hasText: '/etc/shadow' }).first().waitFor();
  await detail().getByRole('tab', { name: 'JSON' }).click();
  const json = JSON.parse((await detail().locator('pre').textContent()) ?? '');
  expect(json).toEqual(await stack.get(`alerts/${json.uuid}`));
  expect(new URL(page.url()).pathname).toBe(`/alerts/${json.uuid}`);
});

it('shows the same after a reload, and nothing to a stranger', async () => {
  await page.reload();
  await detail().getByRole('heading', { name: 'Account file read by an unexpected program' }).waitFor();
  const stranger = await browser.newPage();
  await stranger.goto(page.url());
  await stranger.getByLabel('Access token', { exact: true }).waitFor();
  expect(await stranger.locator('body').textContent()).not.toContain('shadow');
});

it('has broken nothing on the way', () => {
  expect(complaints).toEqual([]);
});
