import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiEnv } from '../deps.ts';
import { problem } from '../problem.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

interface FoundFile {
  readonly path: string;
  readonly size: number;
  readonly tag: string;
}

/** The built console: its files, and its first page for every address that is a view of it. */
export function consoleRoutes(app: OpenAPIHono<ApiEnv>, folder: string | undefined): void {
  app.get('*', async (c, next) => {
    if (/^\/(api|metrics|healthz|readyz)(\/|$)/.test(c.req.path)) return await next();
    if (folder === undefined) return await next();
    const wanted = decoded(c.req.path);
    const file = wanted === undefined ? undefined : await findFile(folder, wanted);
    if (file) return send(c, file, wanted?.startsWith('/assets/') ?? false);
    // An address with an ending asks for a file that is not there; a page in its place would only confuse.
    if (wanted === undefined || extname(wanted) !== '') return await next();
    const page = await findFile(folder, '/index.html');
    if (page) return send(c, page, false);
    return problem(c, 'NOT_FOUND', 'the console is not built: run `npm run build`, or use the API under /api/v1');
  });
}

function decoded(path: string): string | undefined {
  try {
    const text = decodeURIComponent(path);
    return text.includes('\0') ? undefined : text;
  } catch {
    // No path of ours has a broken escape.
    return undefined;
  }
}

/** A regular file within the folder, also after its links are followed. */
async function findFile(folder: string, path: string): Promise<FoundFile | undefined> {
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, resolve('/', path)));
    if (!file.startsWith(root + sep)) return undefined;
    const info = await stat(file);
    if (!info.isFile()) return undefined;
    return { path: file, size: info.size, tag: `"${info.size.toString(36)}-${Math.trunc(info.mtimeMs).toString(36)}"` };
  } catch {
    // Not there, or not readable: for a visitor that is the same.
    return undefined;
  }
}

/** @param hashed the name changes with the content, so a copy never gets old */
function send(c: Context<ApiEnv>, file: FoundFile, hashed: boolean): Response {
  const headers = {
    'content-type': TYPES[extname(file.path)] ?? 'application/octet-stream',
    'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.tag,
  };
  if (c.req.header('if-none-match') === file.tag) return c.body(null, 304, headers);
  const withLength = { ...headers, 'content-length': String(file.size) };
  if (c.req.method === 'HEAD') return c.body(null, 200, withLength);
  return c.body(Readable.toWeb(createReadStream(file.path)) as ReadableStream, 200, withLength);
}
