import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PicketClient, type Role } from '@picket/sdk/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startContainer, type TestContainer } from '../support/container.ts';
import { uploadShipped, uploadSource } from '../support/live-detectors.ts';
import { planInForce, type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { launchChromium } from './chromium.ts';

// The detector pages with the real server behind them: a pushed detector finds a real scan, and is promoted there.

const SETTLE = { timeout: 15_000 };
const SCREENSHOTS = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const TALKING = `
import { NetConnect, log, LogLevel } from '@picket/detector';
export function onNetConnect(e: NetConnect): void {
  log('port ' + e.remote_port.toString() + ' \\u202e<img src=x onerror=window.hacked=1>', LogLevel.Warning);
}
`;
const TALKING_MANIFEST = `
id: talking
version: 0.1.0
summary: Logs every connect.
language: assemblyscript
kinds: [net.connect]
severity: notice
`;
const SCAN = 'for p in $(seq 3000 3024); do wget -q -O - http://127.0.0.1:$p/ || true; done';

let stack: Stack;
let client: PicketClient;
let container: TestContainer;
let browser: Browser;
let page: Page;
/** What the browser reported that must not be: errors, a broken security policy, requests that left the server. */
const complaints: string[] = [];

beforeAll(async () => {
  stack = await startStack();
  client = new PicketClient({ baseUrl: stack.api, token: stack.token });
  await uploadSource(client, TALKING_MANIFEST, TALKING);
  await uploadShipped(client, 'port-scan');
  await waitFor('the plan to ask for connects', async () => {
    const plan = await stack.get<{ kinds: string[] }>('plan');
    return plan.kinds.includes('net.connect') || undefined;
  });
  await planInForce(stack);
  container = await startContainer({ name: 'shop-web', args: ['sleep', '3600'] });
  await container.exec(['sh', '-c', SCAN]);
  browser = await launchChromium();
  page = await arrive(stack.token);
});
afterAll(async () => {
  await browser?.close();
  await container?.remove();
  await stack?.stop();
});

/** A browser of its own, signed in. */
async function arrive(token: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, locale: 'en-GB' });
  const arrived = await context.newPage();
  arrived.setDefaultTimeout(15_000);
  arrived.on('pageerror', (error) => complaints.push(error.message));
  arrived.on('console', (message) => /Content Security Policy/.test(message.text()) && complaints.push(message.text()));
  arrived.on(
    'request',
    (request) => request.url().startsWith(stack.api) || complaints.push(`fetched ${request.url()}`),
  );
  await arrived.goto(stack.api);
  await arrived.getByLabel('Access token', { exact: true }).fill(token);
  await arrived.keyboard.press('Enter');
  await arrived.getByRole('link', { name: 'Detectors' }).click();
  await row('port-scan', arrived).waitFor();
  return arrived;
}

async function secretOf(role: Role): Promise<string> {
  const { secret } = await client.tokens.create({ name: role, role });
  return secret;
}

const row = (name: string, on = page) => on.locator(`[data-detector="${name}"]`);
const version = () => page.locator('[data-version="1.0.0"]');
const dialog = () => page.getByRole('dialog');
const button = (name: string) => page.getByRole('button', { name, exact: true });
const gone = () => dialog().waitFor({ state: 'hidden' });
const heading = () => page.getByRole('heading', { name: 'port-scan' });
const stages = async () => (await client.detectors.get('port-scan')).stages;

it('lists what was pushed, with its stage and how it fares', async () => {
  await row('port-scan').getByText('shadow').waitFor();
  await row('port-scan').getByText('Time p50 / p99').waitFor();
  expect(await row('port-scan').textContent()).toContain('1.0.0');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await heading().waitFor();
  expect(new URL(page.url()).pathname).toBe('/detectors/port-scan');
  await version().getByText('shadow').waitFor();
});

it('shows what was recorded, with all that is known of the act', async () => {
  await page.getByRole('tab', { name: 'Findings' }).click();
  const finding = page.locator('details').filter({ hasText: 'different ports of 127.0.0.1' }).first();
  await finding.click();
  await finding.getByText('caused the alert').waitFor();
  expect(await finding.textContent()).toContain('shop-web');
  expect(new URL(page.url()).pathname).toBe('/detectors/port-scan/findings');
});

it('says why the server refuses, and changes nothing', async () => {
  await page.getByRole('tab', { name: 'Versions' }).click();
  await button('Roll back').click();
  await dialog().getByRole('button', { name: 'Roll back' }).click();
  const problem = dialog().getByRole('alert');
  await problem.getByText('there is nothing to go back from').waitFor();
  await problem.getByText('DETECTOR_CONFLICT').waitFor();
  await expect.poll(() => page.evaluate('document.activeElement.role'), SETTLE).toBe('alert');
  // without motion the dialog is gone at once: the same Esc must not leave the page too
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.keyboard.press('Escape');
  await gone();
  await version().getByText('shadow').waitFor();
  expect(new URL(page.url()).pathname).toBe('/detectors/port-scan');
  await page.emulateMedia({ reducedMotion: null });
});

it('makes it a canary, after what is wrong with the selector is put right', async () => {
  await button('Make canary: 1.0.0').click();
  await dialog().getByLabel('Percent of the containers').fill('150');
  await page.keyboard.press('Enter');
  await dialog().getByText('Percent is a number from 0 to 100.').waitFor();
  expect((await stages()).canary).toBeNull();
  await dialog().getByLabel('Percent of the containers').fill('10');
  await page.keyboard.press('Enter');
  await version().getByText('canary', { exact: true }).waitFor();
  await version().getByText('10 % of the containers').waitFor();
  expect(await stages()).toMatchObject({ shadow: null, canary: { version: '1.0.0', canary: { percent: 10 } } });
});

it('makes it active by the keyboard alone', async () => {
  await button('Make active: 1.0.0').focus();
  await page.keyboard.press('Enter');
  await dialog().getByText('Its findings become alerts.').waitFor();
  await page.keyboard.press('Enter');
  await version().getByText('active', { exact: true }).waitFor();
  expect(await stages()).toMatchObject({ canary: null, active: { version: '1.0.0' } });
  // the button is gone, and the keyboard is not lost
  await expect.poll(() => page.evaluate('document.activeElement.tagName'), SETTLE).toBe('H1');
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}real-detector.png` });
});

it('pauses and resumes', async () => {
  await button('Pause').click();
  await dialog().getByRole('button', { name: 'Pause' }).click();
  await page.locator('header').getByText('paused', { exact: true }).waitFor();
  expect((await client.detectors.get('port-scan')).paused).toBe(true);
  await button('Resume').click();
  await dialog().getByRole('button', { name: 'Resume' }).click();
  await button('Pause').waitFor();
  await gone();
  expect((await client.detectors.get('port-scan')).paused).toBe(false);
});

it('shows hostile text of a log as text', async () => {
  await page.keyboard.press('Escape');
  await row('talking').click();
  await page.getByRole('tab', { name: 'Log' }).click();
  const line = page.locator('li').filter({ hasText: 'port 3000' }).first();
  await line.waitFor();
  expect(await line.textContent()).toContain('\\u202e<img src=x onerror=window.hacked=1>');
  expect(await page.evaluate('window.hacked')).toBeUndefined();
});

it('gives no buttons to who may only read, and those of shadow to nobody but the owner', async () => {
  for (const role of ['viewer', 'author'] as const) {
    const other = await arrive(await secretOf(role));
    await row('port-scan', other).click();
    await other.locator('[data-version="1.0.0"]').getByText('About this version').waitFor();
    expect(await other.locator('main').getByRole('button').count(), role).toBe(0);
    await other.context().close();
  }
});

it('fits a phone without scrolling sideways', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ['', '/port-scan', '/port-scan/findings', '/talking/log', '/talking/backtests']) {
    await page.goto(`${stack.api}/detectors${path}`);
    await page.locator('main li').first().or(page.getByText('No backtest of this detector')).first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBe(0);
  }
});

it('deletes after asking, and goes back to the list', async () => {
  await button('Delete').click();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await gone();
  await button('Delete').click();
  await dialog().getByRole('button', { name: 'Delete' }).click();
  await page.waitForURL('**/detectors');
  await row('talking').waitFor({ state: 'detached' });
  await row('port-scan').waitFor();
  const { items } = await client.detectors.list();
  expect(items.map(({ name }) => name)).toEqual(['port-scan']);
});

it('has broken nothing on the way', () => {
  expect(complaints).toEqual([]);
});
