import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { modelId, PicketClient, type Role } from '@picket/sdk/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stack, startStack } from '../support/stack.ts';
import { launchChromium } from './chromium.ts';

// The behaviour pages with the real server behind them. Profiles are brought in as files, since learning takes its time.

const SETTLE = { timeout: 15_000 };
const SCREENSHOTS = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const KEY = 'shop/Deployment/web/nginx/registry.example/shop/web';
const DIGEST = `sha256:${'4f53cda1'.repeat(8)}`;
const HOSTILE = '/srv/\u202e<img src=x onerror=window.hacked=1>';

let stack: Stack;
let client: PicketClient;
let browser: Browser;
let page: Page;
let id = '';
/** What the browser reported that must not be: errors, a broken security policy, requests that left the server. */
const complaints: string[] = [];

const profileOf = (key: string, programs: readonly string[]): string =>
  JSON.stringify({
    picket_profile: 1,
    workload: { key, digest: DIGEST, image: 'registry.example/shop/web' },
    stage: 'monitor',
    learned: { from: '2026-01-05T00:00:00Z', to: '2026-01-05T03:00:00Z', windows: 3240, runs: 3 },
    does: {
      programs: programs.map((is) => ({ is, windows: 900, runs: 3 })),
      reads: Array.from({ length: 130 }, (_, i) => ({ is: `/srv/www/page-${i}.html`, windows: 1 + i })),
      writes: [{ is: HOSTILE }],
      peers: [{ is: 'db:5432', windows: 3100, runs: 3 }],
    },
  });

beforeAll(async () => {
  stack = await startStack({ withoutAgent: true });
  client = new PicketClient({ baseUrl: stack.api, token: stack.token });
  id = await modelId(KEY, DIGEST);
  await client.profiles.import(id, { yaml: profileOf(KEY, ['/usr/sbin/nginx']) });
  await client.profiles.import(id, { yaml: profileOf(KEY, ['/usr/sbin/nginx', '/usr/bin/pcre2test']) });
  const other = 'shop/Deployment/db/postgres/registry.example/shop/db';
  await client.profiles.import(await modelId(other, DIGEST), { yaml: profileOf(other, ['/usr/bin/postgres']) });
  browser = await launchChromium();
  page = await arrive(stack.token);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

/** A browser of its own, signed in. */
async function arrive(token: string, locale = 'en-GB'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, locale });
  const arrived = await context.newPage();
  arrived.setDefaultTimeout(15_000);
  arrived.on('pageerror', (error) => complaints.push(error.message));
  arrived.on('console', (message) => /Content Security Policy/.test(message.text()) && complaints.push(message.text()));
  arrived.on(
    'request',
    (request) =>
      /^(?:blob|data):/.test(request.url()) ||
      request.url().startsWith(stack.api) ||
      complaints.push(`fetched ${request.url()}`),
  );
  await arrived.goto(stack.api);
  await arrived.locator('input[type="password"]').fill(token);
  await arrived.keyboard.press('Enter');
  await arrived.locator('nav a[href="/behaviour"]').first().click();
  await row('web', arrived).waitFor();
  return arrived;
}

const secretOf = async (role: Role): Promise<string> => (await client.tokens.create({ name: role, role })).secret;
const row = (name: string, on = page) => on.locator(`[data-workload*="/${name}/"]`);
const dialog = () => page.getByRole('dialog');
const button = (name: string) => page.getByRole('button', { name, exact: true });
const confirm = (name: string) => dialog().getByRole('button', { name, exact: true }).click();
const gone = () => dialog().waitFor({ state: 'hidden' });
const tab = (name: string) => page.getByRole('tab', { name }).click();
const shoot = (name: string) => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  return page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true });
};

it('lists workloads, and finds them by their names', async () => {
  await row('db').waitFor();
  expect(await row('web').textContent()).toContain('monitor');
  expect(await row('web').textContent()).toContain('3,240');
  await shoot('behaviour-list');
  await page.keyboard.press('/');
  await page.keyboard.type('postgres');
  await row('web').waitFor({ state: 'detached' });
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Backspace');
  await row('web').waitFor();
  await page.keyboard.press('Escape');
  await row('web').click();
  await page.getByRole('heading', { name: KEY }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/behaviour/${id}`);
  await page.getByText('No window of it was scored yet').waitFor();
});

it('draws the scores of containers', async () => {
  const now = Date.now();
  const scores = Array.from({ length: 120 }, (_, i) => ({
    at: new Date(now - (120 - i) * 10_000).toISOString(),
    ...{ seconds: 10, version: 'v', threshold: 3.9 },
    value: i === 80 || i === 81 ? 5.6 : 0.4 + Math.abs(Math.sin(i / 3)) + (i % 7) / 10,
    drift: i === 81 ? 4.7 : 0,
  }));
  await page.route('**/api/v1/models/*/scores', (route) =>
    route.fulfill({ json: { replica: 'one', containers: [{ id: 'c1', name: 'web-1', node: 'node-1', scores }] } }),
  );
  const chart = page.locator('[data-container="web-1"]');
  await chart.getByRole('img', { name: 'Scores of web-1' }).waitFor();
  // two windows above the threshold, and one with something new
  expect(await chart.locator('circle').count()).toBe(3);
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await shoot(`behaviour-scores-${scheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
});

it('shows a profile by class, finds in it, and keeps hostile text text', async () => {
  await tab('Profile');
  const writes = page.locator('[data-class="w"]');
  await writes.locator('summary').click();
  expect(await writes.textContent()).toContain('\\u202e<img src=x onerror=window.hacked=1>');
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  await shoot('behaviour-profile');
  await page.getByLabel('Search the profile').fill('page-12');
  await page.locator('[data-class="x"]').waitFor({ state: 'detached' });
  await page.getByText('/srv/www/page-129.html').waitFor();
  await page.getByLabel('Search the profile').fill('');
  expect(new URL(page.url()).pathname).toBe(`/behaviour/${id}/profile`);
});

it('allows and removes with a reason, and takes it back', async () => {
  const field = page.getByLabel('Allow an entry: a letter for its class, a colon, and what it is');
  await field.fill('nonsense');
  await page.keyboard.press('Enter');
  await page.getByText('Write a letter for the class').waitFor();
  await field.fill('c:reports.example.org:443');
  await page.keyboard.press('Enter');
  await dialog().getByRole('button', { name: 'Allow' }).click();
  await dialog().getByText('Say why.').waitFor();
  await dialog().getByLabel('Reason').fill('the new report');
  await page.keyboard.press('Enter');
  const decision = page.locator('[data-decision="c:reports.example.org:443"]');
  await decision.getByText('the new report').waitFor();
  await gone();
  expect((await client.profiles.get(id)).decisions).toMatchObject([
    { token: 'c:reports.example.org:443', what: 'allow', state: 'accepted', pattern: false },
  ]);
  await page.locator('[data-class="x"] summary').click();
  await button('Remove /usr/sbin/nginx').click();
  await dialog().getByLabel('Reason').fill('not here');
  await page.keyboard.press('Enter');
  await page.locator('[data-decision="x:/usr/sbin/nginx"]').getByText('removed').waitFor();
  await gone();
  await decision.getByRole('button', { name: 'Take back' }).click();
  await dialog().getByLabel('Reason').fill('no longer');
  await page.keyboard.press('Enter');
  await decision.waitFor({ state: 'detached' });
  await gone();
});

it('exports the profile as a file', async () => {
  const [download] = await Promise.all([page.waitForEvent('download'), button('Export as YAML').click()]);
  expect(download.suggestedFilename()).toBe('shop-Deployment-web-nginx-registry.example-shop-web.profile.yaml');
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toContain('picket_profile: 1\n');
});

it('compares versions and uses another one', async () => {
  await tab('Versions');
  const { items } = await client.models.versions(id);
  const older = items.find(({ active }) => !active)?.id ?? '';
  const card = page.locator(`[data-version="${older}"]`);
  await card.getByRole('button', { name: 'Compare with the one in use' }).click();
  await card.locator('[data-comparison]').getByText('/usr/bin/pcre2test').waitFor();
  await shoot('behaviour-versions');
  await card.getByRole('button', { name: 'Use this version' }).click();
  await confirm('Use this version');
  await card.getByText('in use', { exact: true }).waitFor();
  await gone();
  expect((await client.models.get(id)).version?.id).toBe(older);
});

it('changes the stage, and stops and goes on learning', async () => {
  await button('Set to enforce').click();
  await confirm('Change stage');
  await button('Set to monitor').waitFor();
  await gone();
  await button('Stop learning').click();
  await confirm('Stop learning');
  await page.locator('header').getByText('not learning').waitFor();
  await gone();
  expect(await client.models.get(id)).toMatchObject({ stage: 'enforce', paused: true });
  await button('Go on learning').click();
  await confirm('Go on learning');
  await button('Stop learning').waitFor();
  await gone();
});

it('gives no buttons to who may only read, and proposals to analysts', async () => {
  const viewer = await arrive(await secretOf('viewer'));
  await row('web', viewer).click();
  await viewer.getByRole('tab', { name: 'Profile' }).click();
  await viewer.locator('[data-class="x"] summary').click();
  const names = await viewer.locator('main').getByRole('button').allTextContents();
  expect(names).toEqual(['Export as YAML']);
  await viewer.context().close();
  const analyst = await arrive(await secretOf('analyst'));
  await row('web', analyst).click();
  await analyst.getByRole('tab', { name: 'Profile' }).click();
  await analyst.locator('[data-class="c"] summary').click();
  await analyst.getByRole('button', { name: 'Remove db:5432' }).click();
  await analyst.getByRole('dialog').getByLabel('Reason').fill('moved');
  await analyst.keyboard.press('Enter');
  await analyst.locator('[data-decision="c:db:5432"]').getByText('remove?').waitFor();
  expect(await analyst.getByRole('button', { name: 'Stop learning' }).count()).toBe(0);
  await analyst.context().close();
});

it('speaks Chinese', async () => {
  const chinese = await arrive(stack.token, 'zh-CN');
  await chinese.getByRole('heading', { name: '行为' }).waitFor();
  await row('web', chinese).click();
  await chinese.getByRole('tab', { name: '画像' }).click();
  await chinese.getByText('人工决定').waitFor();
  await chinese.context().close();
});

it('fits a phone without scrolling sideways', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ['', `/${id}`, `/${id}/profile`, `/${id}/versions`]) {
    await page.goto(`${stack.api}/behaviour${path}`);
    await page.locator('main li, main svg').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBe(0);
  }
  await shoot('behaviour-phone');
});

it('has broken nothing on the way', async () => {
  await expect.poll(() => complaints, SETTLE).toEqual([]);
});
