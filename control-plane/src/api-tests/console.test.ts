import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { sampleAlert } from '../store/testing/alerts.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { apis, type TestApi } from './test-api.ts';

/** Sends a path as it is: `fetch` would tidy it up. */
function rawStatus(api: TestApi, path: string): Promise<number> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

onSqlite((database) => {
  const { start, closeAll } = apis(database.open);
  const folders: string[] = [];
  afterEach(async () => {
    try {
      await closeAll();
    } finally {
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
    }
  });

  describe('the console', () => {
    function folder(): string {
      const root = mkdtempSync(join(tmpdir(), 'picket-console-test-'));
      folders.push(root);
      const dist = join(root, 'dist');
      mkdirSync(join(dist, 'assets'), { recursive: true });
      writeFileSync(join(dist, 'index.html'), '<!doctype html><title>console</title>');
      writeFileSync(join(dist, 'assets', 'app-1a2b.js'), 'run()');
      writeFileSync(join(dist, 'with space.txt'), 'ok');
      writeFileSync(join(root, 'secret.txt'), 'secret');
      symlinkSync(join(root, 'secret.txt'), join(dist, 'link.txt'));
      return root;
    }

    test('is sent with its files, and its first page stands for every view', async () => {
      const root = folder();
      const api = await start({ config: { consoleFolder: join(root, 'dist') } });
      for (const path of ['/', '/alerts', `/alerts/${sampleAlert(1).uuid}`, '/deep/er/']) {
        const page = await api.request(path);
        expect([path, page.status, await page.text()]).toEqual([path, 200, '<!doctype html><title>console</title>']);
        expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
        expect(page.headers.get('content-security-policy')).toContain("style-src 'self' 'unsafe-inline'");
        expect(page.headers.get('x-frame-options')).toBe('DENY');
        expect(page.headers.get('cache-control')).toBe('no-cache');
      }
      const script = await api.request('/assets/app-1a2b.js');
      expect(await script.text()).toBe('run()');
      expect(script.headers.get('cache-control')).toContain('immutable');
      expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      const etag = script.headers.get('etag') ?? '';
      const again = await api.request('/assets/app-1a2b.js', { headers: { 'if-none-match': etag } });
      expect(again.status).toBe(304);
      const head = await api.request('/assets/app-1a2b.js', { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '5', '']);
      expect(await (await api.request('/with%20space.txt')).text()).toBe('ok');
      expect((await api.request('/assets/gone.js')).status).toBe(404);
      expect((await api.request('/api/v1/gone')).status).toBe(404);
      expect((await api.request('/', { method: 'POST' })).status).toBe(404);
    });

    test.each([
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/%2e%2e%5csecret.txt',
      '/link.txt',
      '/%00.txt',
      '/%zz.txt',
      '//etc/passwd.txt',
    ])('does not give away what lies outside: %s', async (path) => {
      const root = folder();
      const api = await start({ config: { consoleFolder: join(root, 'dist') } });
      expect(await rawStatus(api, path)).toBe(404);
    });

    test('that is not built says so', async () => {
      const api = await start({ config: { consoleFolder: '/nowhere' } });
      const body = (await (await api.request('/')).json()) as { detail: string };
      expect(body.detail).toContain('npm run build');
      const without = await start();
      expect((await without.request('/')).status).toBe(404);
    });
  });
});
