import { describe, expect, it } from 'vitest';
import { Redactor } from './redactor.ts';
import { UserPattern } from './user-pattern.ts';

const redactor = new Redactor({ defaults: true, patterns: [] });
const clean = (...args: string[]) => redactor.redact(args.join('\0')).split('\0');
const R = '[redacted]';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const GITHUB = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';

describe('secrets behind options and names', () => {
  it.each<[string[], string[]]>([
    [
      ['psql', '--password=hunter2', '-h', 'db'],
      ['psql', `--password=${R}`, '-h', 'db'],
    ],
    [
      ['tool', '--password', 'two words', 'x'],
      ['tool', '--password', R, 'x'],
    ],
    [
      ['tool', '--password', '--verbose', 'x'],
      ['tool', '--password', '--verbose', 'x'],
    ],
    [
      ['tool', '--token', 'abc', '--api-key=def', '--apiKey', 'g'],
      ['tool', '--token', R, `--api-key=${R}`, '--apiKey', R],
    ],
    [
      ['tool', '--secret-id', 'x', '--client-secret', 'y'],
      ['tool', '--secret-id', R, '--client-secret', R],
    ],
    [
      ['java', '-Dspring.datasource.password=pw', 'Main'],
      ['java', `-Dspring.datasource.password=${R}`, 'Main'],
    ],
    [
      ['env', 'DB_PASSWORD=a b c', 'run'],
      ['env', `DB_PASSWORD=${R}`, 'run'],
    ],
    [
      ['env', 'AWS_SECRET_ACCESS_KEY=wJalr', 'AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE'],
      ['env', `AWS_SECRET_ACCESS_KEY=${R}`, 'AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE'],
    ],
    [
      ['aws', 'configure', 'set', 'aws_secret_access_key', 'wJalr'],
      ['aws', 'configure', 'set', 'aws_secret_access_key', R],
    ],
    [
      ['openssl', 'rsa', '-passin', 'file:x', '-pass', 'pass:y'],
      ['openssl', 'rsa', '-passin', 'file:x', '-pass', R],
    ],
    [
      ['kubectl', 'create', '--from-literal=password=x1'],
      ['kubectl', 'create', `--from-literal=password=${R}`],
    ],
    [
      ['helm', '--set', 'auth.password=x1,replicas=2'],
      ['helm', '--set', `auth.password=${R},replicas=2`],
    ],
    [
      ['curl', '-d', 'user=bob&password=x1&go=1'],
      ['curl', '-d', `user=bob&password=${R}&go=1`],
    ],
    [
      ['curl', '-d', '{"user":"bob","password": "x 1","n":1}'],
      ['curl', '-d', `{"user":"bob","password": "${R}","n":1}`],
    ],
    [
      ['curl', '-d', '{\\"token\\":\\"x1\\"}'],
      ['curl', '-d', `{\\"token\\":\\"${R}\\"}`],
    ],
    [
      ['app', 'Server=db;User Id=sa;Password=x1;Timeout=5'],
      ['app', `Server=db;User Id=sa;Password=${R};Timeout=5`],
    ],
  ])('%j', (args, expected) => expect(clean(...args)).toEqual(expected));
});

describe('options of one letter', () => {
  it.each<[string[], string[]]>([
    [
      ['mysql', '-uroot', '-phunter2', 'shop'],
      ['mysql', '-uroot', `-p${R}`, 'shop'],
    ],
    [
      ['/usr/bin/mysqldump', '-p', 'shop'],
      ['/usr/bin/mysqldump', '-p', 'shop'],
    ],
    [
      ['mysql', '-P3306', '--protocol=tcp', '--port', '3306'],
      ['mysql', '-P3306', '--protocol=tcp', '--port', '3306'],
    ],
    [
      ['sshpass', '-p', 'pw', 'ssh', 'host'],
      ['sshpass', '-p', R, 'ssh', 'host'],
    ],
    [
      ['redis-cli', '-a', 'pw', 'ping'],
      ['redis-cli', '-a', R, 'ping'],
    ],
    [
      ['curl', '-u', 'bob:pw', 'http://x'],
      ['curl', '-u', `bob:${R}`, 'http://x'],
    ],
    [
      ['curl', '-su', 'bob:pw:w', '--user', 'bob'],
      ['curl', '-su', `bob:${R}`, '--user', 'bob'],
    ],
    [
      ['docker', 'login', '-u', 'bob', '-p', 'pw'],
      ['docker', 'login', '-u', 'bob', '-p', R],
    ],
    [
      ['docker', 'run', '-p', '8080:80', 'web'],
      ['docker', 'run', '-p', '8080:80', 'web'],
    ],
    [
      ['nc', '-p', '8080'],
      ['nc', '-p', '8080'],
    ],
  ])('%j', (args, expected) => expect(clean(...args)).toEqual(expected));
});

describe('shapes', () => {
  it.each<[string[], string[]]>([
    [
      ['curl', '-H', 'Authorization: Bearer abc.def'],
      ['curl', '-H', `Authorization: Bearer ${R}`],
    ],
    [
      ['curl', '-H', 'authorization: Basic dXNlcjpwYXNz'],
      ['curl', '-H', `authorization: Basic ${R}`],
    ],
    [
      ['curl', '-H', 'X-Api-Key:abc', '-H', 'Cookie: a=b; c=d'],
      ['curl', '-H', `X-Api-Key:${R}`, '-H', `Cookie: ${R}`],
    ],
    [
      ['git', 'clone', 'https://bob:p@ss:w@example.org/r.git'],
      ['git', 'clone', `https://bob:${R}@example.org/r.git`],
    ],
    [
      ['x', 'postgres://app:pw@db:5432/shop?a=1'],
      ['x', `postgres://app:${R}@db:5432/shop?a=1`],
    ],
    [
      ['x', JWT, `t=${JWT}.`],
      ['x', R, `t=${R}.`],
    ],
    [
      ['x', GITHUB, 'xoxb-123456789012-abcdefghijkl'],
      ['x', `ghp_${R}`, `xoxb-${R}`],
    ],
    [
      ['x', '-----BEGIN RSA PRIVATE KEY-----\nMII\nAbc=\n-----END RSA PRIVATE KEY-----'],
      ['x', `-----BEGIN RSA PRIVATE KEY-----${R}-----END RSA PRIVATE KEY-----`],
    ],
    [
      ['x', 'https://hooks.slack.com/services/T0/B0/abc'],
      ['x', `https://hooks.slack.com/services/${R}`],
    ],
    [
      ['x', `SU${'A'.repeat(56)}`],
      ['x', R],
    ],
  ])('%j', (args, expected) => expect(clean(...args)).toEqual(expected));
});

describe('command lines in one argument', () => {
  it.each([
    ['mysql -uroot -phunter2 && mysqldump -psecond db', `mysql -uroot -p${R} && mysqldump -p${R} db`],
    ['export DB_PASSWORD="a b"; run --token abc|tee x', `export DB_PASSWORD="${R}"; run --token ${R}|tee x`],
    [`tool --password 'two words' next`, `tool --password '${R}' next`],
    ['curl -H "Authorization: Bearer abcdefgh" http://x', `curl -H "Authorization: Bearer ${R}" http://x`],
    ['mysql -e "x"; nc -p 8080', 'mysql -e "x"; nc -p 8080'],
  ])('%s', (script, expected) => expect(clean('sh', '-c', script)).toEqual(['sh', '-c', expected]));
});

describe('what is no secret', () => {
  it.each([
    [['ls', '-la', '/etc/passwd', '/var/run/secrets/token']],
    [['cat', 'password.txt', 'secret:latest', 'registry.example.org/auth-token:1.2']],
    [['tool', '--password-file', '/run/secrets/pw', '--password-stdin', '--no-password', '--ask-pass', 'x']],
    [['serve', '--max-tokens', '4096', '--token-ttl=5m', '--secret-name', 'db', '--authorization-mode=Node,RBAC']],
    [['env', 'PWD=/root', 'OLDPWD=/', 'npm_config_user_agent=npm/10 node/24', 'LANG=en_SG.UTF-8-and-much-longer']],
    [['find', '-name', '*.key', '-o', '-path', './keyboard', '--primary-key=id']],
    [['git', 'clone', 'https://example.org:8443/a/b@c', 'git@example.org:a/b.git']],
    [['x', 'image@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef']],
    [['']],
  ])('%j', (args) => expect(clean(...args)).toEqual(args));
});

describe('Redactor', () => {
  it('keeps the number of parts, and gives back what it made as it is', () => {
    const args = ['a', '--token', '', 'DB_PASSWORD=', '-----BEGIN PRIVATE KEY-----', 'x', '--password', 'y', ''];
    const once = redactor.redact(args.join('\0'));
    expect(once.split('\0')).toHaveLength(args.length);
    expect(redactor.redact(once)).toBe(once);
  });

  it('keeps bytes that are no ASCII', () => {
    const bytes = Buffer.from('ü --password=ä\0ß\0--token=\xff', 'latin1').toString('latin1');
    expect(redactor.redact(bytes)).toBe(`ü --password=${R}\0ß\0--token=${R}`);
  });

  it('can do without its own patterns', () => {
    const none = new Redactor({ defaults: false, patterns: [] });
    expect(none.redact('x\0--password=y')).toBe('x\0--password=y');
    const own = new Redactor({
      defaults: false,
      patterns: [new UserPattern({ name: 'n', regex: 'ACME-\\d+', keep: 5 })],
    });
    expect(own.redact('--password=y\0ACME-1234\0ACME-')).toBe(`--password=y\0ACME-${R}\0ACME-`);
  });

  /** 64 KiB of what a pattern likes to begin with: one that tries again from every place would take minutes. */
  it.each([
    ...['a', 'eyJ', 'password', 'password=', '"', "'", '://', '://a:', 'authorization:', 'bearer ', 'x-', 'x-a:'],
    ...[
      'ghp_',
      'S',
      'SU',
      '-',
      '--token\0',
      'mysql -p',
      'a=',
      'a-',
      '-----BEGIN PRIVATE KEY-----',
      '\\"',
      '( ',
      'cookie:',
    ],
    ...[
      'token : ',
      'hooks.slack.com/services/',
      'sk-a',
      'key"   ',
      'A_PASSWORD=\0',
      'aws_session_token ',
      'curl -u a:b ',
    ],
  ])('takes linear time for repetitions of %j', (part) => {
    const text = part.repeat(Math.ceil(65_536 / part.length));
    expect(redactor.redact(`token ${text}`).split('\0')).toHaveLength(`token ${text}`.split('\0').length);
  });
});

describe('UserPattern', () => {
  it('hides the group named secret, or the whole match', () => {
    const licence = new UserPattern({ name: 'l', regex: '--license[=\\x00](?<secret>[^\\x00]+)', keep: 2 });
    const badge = new UserPattern({ name: 'b', regex: '(?i)badge-\\d{3}', keep: 0 });
    const own = new Redactor({ defaults: true, patterns: [licence, badge] });
    expect(own.redact('x\0--license\0abcdef\0BADGE-123\0--license=a')).toBe(
      `x\0--license\0ab${R}\0${R}\0--license=${R}`,
    );
  });

  it('does not merge arguments, whatever it matches', () => {
    const all = new Redactor({
      defaults: true,
      patterns: [new UserPattern({ name: 'n', regex: '(?s)a.*z', keep: 0 })],
    });
    expect(all.redact('xa\0b\0\0zx')).toBe(`x${R}\0${R}\0\0${R}x`);
  });

  it.each([
    ['(', /no RE2 expression/],
    ['(?=a)b', /no RE2 expression/],
    ['(a)\\1', /no RE2 expression/],
    ['', /1 to 1000/],
    ['a'.repeat(1001), /1 to 1000/],
    ['é+', /ASCII/],
    ['a*', /empty text/],
    ['((a{1,30}){1,30}){1,30}', /RE2|repeats too much/],
    ['(ab{1,500}c){1,2}', /repeats too much/],
  ])('refuses %s', (regex, why) => expect(() => new UserPattern({ name: 'n', regex, keep: 0 })).toThrow(why));
});
