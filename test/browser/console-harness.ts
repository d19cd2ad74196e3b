import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { FakeApi } from './console-fake-api.ts';
import { sampleAlerts } from './console-sample-alerts.ts';

const CONSOLE = fileURLToPath(new URL('../../control-plane/console', import.meta.url));
const VITE = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));
/** How long a page may take to show what is waited for, ms. */
const PATIENCE_MS = 15_000;
/** A build that takes longer hangs. It ends before the hook that waits for it, so that its folder is removed. */
const BUILD_MS = 120_000;
/** What must never be reported, whatever a case provokes on purpose. */
const BROKEN = /Error: |failed to draw|Content Security Policy|^fetched/;

export interface VisitOptions extends BrowserContextOptions {
  /** False to arrive as a stranger. */
  readonly signedIn?: boolean;
}

/** The console, built and served, and a browser to look at it. */
export class ConsoleHarness {
  readonly #browser: Browser;
  readonly folder: string;
  #context: BrowserContext | undefined;
  api: FakeApi;
  /** Errors the browser reported, a broken security policy included, and requests that left the server. */
  complaints: string[] = [];

  private constructor(browser: Browser, folder: string) {
    this.#browser = browser;
    this.folder = folder;
    this.api = new FakeApi(folder);
  }

  static async open(): Promise<ConsoleHarness> {
    const folder = await mkdtemp(join(tmpdir(), 'picket-console-'));
    try {
      // In a process of its own: within the test runner the libraries would be built for development.
      const build = [VITE, 'build', CONSOLE, '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'];
      await promisify(execFile)(process.execPath, build, { env: { NODE_ENV: 'production' }, timeout: BUILD_MS });
      const browser = await launchChromium();
      return new ConsoleHarness(browser, folder);
    } catch (error) {
      // Nobody gets a harness to close, so nobody else would remove it.
      await remove(folder);
      throw error;
    }
  }

  async close(): Promise<void> {
    try {
      await this.#browser.close();
    } finally {
      await remove(this.folder);
    }
  }

  /** A server with the sample alerts and nobody signed in. */
  async begin(): Promise<void> {
    this.complaints = [];
    this.api = new FakeApi(this.folder);
    this.api.alerts = sampleAlerts(Date.now());
    await this.api.start();
  }

  /** Ends a case. @returns what the browser reported that no case may cause */
  async end(): Promise<string[]> {
    try {
      await this.#context?.close();
    } finally {
      this.#context = undefined;
      await this.api.stop();
    }
    return this.complaints.filter((complaint) => BROKEN.test(complaint));
  }

  async visit(path = '/alerts', { signedIn = true, ...options }: VisitOptions = {}): Promise<Page> {
    const { url } = this.api;
    const context = await this.#browser.newContext({
      viewport: { width: 1360, height: 860 },
      locale: 'en-GB',
      ...options,
    });
    this.#context = context;
    if (signedIn) {
      this.api.sessions.add('one');
      await context.addCookies([{ name: 'picket', value: 'one', url }]);
    }
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
    page.on('pageerror', (error) => this.complaints.push(`Error: ${error.message}`));
    page.on('request', (request) => request.url().startsWith(url) || this.complaints.push(`fetched ${request.url()}`));
    await page.goto(url + path);
    return page;
  }
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
