// A small shop: pages from the database and the cache, timers, helper programs, a worker thread. Started as
// node app.mjs PASSWORD-FILE, by the Node of the image.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const express = require('express');
const { Pool } = require('pg');
const redis = require('redis');

const run = promisify(execFile);
const password = (await readFile(process.argv[2], 'utf8')).trim();
const pool = new Pool({ host: 'db', user: 'shop', database: 'shop', password, max: 4 });
const cache = redis.createClient({ url: 'redis://cache:6379', disableOfflineQueue: true });
const complain = (error) => console.error(String(error));
pool.on('error', complain);
cache.on('error', complain);
await cache.connect();
await pool.query('create table if not exists visits (at timestamptz default now(), page text)');

const app = express();
// Express 4 does not wait for handlers: what they reject with has to be handed on.
const page = (handler) => (request, response, next) => handler(request, response).catch(next);
app.get('/healthz', (_, response) => response.send('ok\n'));
app.get(
  '/api/visits',
  page(async (_, response) => {
    const known = await cache.get('visits');
    if (known) return response.type('json').send(known);
    await pool.query('insert into visits (page) values ($1)', ['visits']);
    const { rows } = await pool.query('select page, count(*)::int as count from visits group by page');
    await cache.set('visits', JSON.stringify(rows), { EX: 2 });
    return response.json(rows);
  }),
);
app.post('/api/upload', (request, response) => {
  const gzip = spawn('gzip', ['-c']);
  gzip.on('error', complain);
  request.pipe(gzip.stdin);
  gzip.stdout.pipe(response.type('application/gzip'));
});
app.get(
  '/api/disk',
  page(async (_, response) => {
    const { stdout } = await run('sh', ['-c', 'df -k / | tail -n 1']);
    response.send(stdout);
  }),
);
app.get('/api/hash', (_, response) => {
  const code = `const { createHash } = require('node:crypto'); const { parentPort, workerData } = require('node:worker_threads');
    parentPort.postMessage(createHash('sha256').update(workerData).digest('hex'))`;
  const worker = new Worker(code, { eval: true, workerData: randomBytes(65536) });
  worker.once('message', (hash) => response.send(`${hash}\n`));
  worker.once('error', (error) => response.status(500).send(String(error)));
});
app.use((error, _request, response, _next) => response.status(500).send(`${error}\n`));

async function tidy() {
  const folder = await mkdtemp(join(tmpdir(), 'shop-'));
  await writeFile(join(folder, 'note'), new Date().toISOString());
  await rm(folder, { recursive: true });
  await pool.query("delete from visits where at < now() - interval '1 minute'");
}

const timers = [
  setInterval(() => fetch('http://web/healthz').then((answer) => answer.text(), complain), 5000),
  setInterval(() => tidy().catch(complain), 10_000),
  setInterval(() => run('node', ['--version']).catch(complain), 30_000),
];
const server = app.listen(8080, () => console.log('shop listens'));
process.once('SIGTERM', () => {
  for (const timer of timers) clearInterval(timer);
  server.close(async () => {
    await Promise.allSettled([pool.end(), cache.quit()]);
    process.exit(0);
  });
  server.closeIdleConnections();
});
