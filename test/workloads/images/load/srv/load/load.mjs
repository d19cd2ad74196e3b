// Visitors of the shop: node load.mjs REQUESTS-PER-SECOND. Most connections are kept, every tenth visitor brings a new one.
import { Agent, request } from 'node:http';

const every = 1000 / Number(process.argv[2]);
const kept = new Agent({ keepAlive: true, maxSockets: 4 });
const PAGES = [
  '/',
  '/1.bin',
  '/api/visits',
  '/20.bin',
  '/missing',
  '/',
  '/api/visits',
  '/200.bin',
  '/api/disk',
  '/api/hash',
];
const counts = new Map();
const count = (what) => counts.set(what, (counts.get(what) ?? 0) + 1);

function visit(turn) {
  const upload = turn % 25 === 0;
  const ask = request({
    host: 'web',
    path: upload ? '/api/upload' : PAGES[turn % PAGES.length],
    method: upload ? 'POST' : 'GET',
    agent: turn % 10 === 0 ? false : kept,
    headers: { 'accept-encoding': 'gzip' },
  });
  ask.on('response', (answer) => {
    count(answer.statusCode);
    answer.resume();
  });
  ask.on('error', (error) => count(error.code));
  ask.end(upload ? Buffer.alloc(30_000, 'upload ') : undefined);
}

let turn = 0;
setInterval(() => visit(turn++), every);
setInterval(() => console.log(JSON.stringify(Object.fromEntries(counts))), 30_000);
