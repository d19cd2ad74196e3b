import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from '../deps.ts';

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';
/** The viewer is large and changes only with its package; the small files are asked for each time. */
const KEPT = 'public, max-age=3600';
const FRESH = 'no-cache';

interface PageFile {
  readonly path: string;
  /** Where it lies, a `file:` URL. */
  readonly url: string;
  readonly type: string;
  readonly cache: string;
}

const own = (name: string) => new URL(`page/${name}`, import.meta.url).href;
const viewer = (name: string) => import.meta.resolve(`swagger-ui-dist/${name}`);

const FILES: readonly PageFile[] = [
  { path: '/api/docs', url: own('index.html'), type: HTML, cache: FRESH },
  { path: '/api/docs/start.js', url: own('start.js'), type: SCRIPT, cache: FRESH },
  { path: '/api/docs/page.css', url: own('page.css'), type: STYLE, cache: FRESH },
  { path: '/api/docs/viewer.js', url: viewer('swagger-ui-bundle.js'), type: SCRIPT, cache: KEPT },
  { path: '/api/docs/viewer.css', url: viewer('swagger-ui.css'), type: STYLE, cache: KEPT },
];

/** The page that shows the OpenAPI document. All of it comes from this server, so it works where nothing else is reached. */
export function referencePage(app: OpenAPIHono<ApiEnv>): void {
  for (const { path, url, type, cache } of FILES) {
    app.get(path, async (c) =>
      c.body(await readFile(fileURLToPath(url)), 200, { 'content-type': type, 'cache-control': cache }),
    );
  }
}
