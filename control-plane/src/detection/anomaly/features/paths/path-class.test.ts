import { describe, expect, it } from 'vitest';
import { pathClass } from './path-class.ts';

describe('the class of a path that is read', () => {
  it.each([
    ['/proc/123/fd/5', '/proc/*/fd/*'],
    ['/proc/self/environ', '/proc/self/environ'],
    ['/proc/sys/kernel/core_pattern', '/proc/sys/kernel/core_pattern'],
    ['/tmp/tmp.aB3x9Q', '/tmp/tmp.*'],
    ['/var/cache/apt/pkgcache.bin.UIIR99', '/var/cache/apt/pkgcache.bin.*'],
    ['/var/cache/apt/pkgcache.bin.aB3x9Q', '/var/cache/apt/pkgcache.bin.*'],
    ['/srv/app/sum.sha256', '/srv/app/*.sha256'],
    ['/tmp/ccPZgvKB.s', '/tmp/*.s'],
    ['/tmp/ccgjaidh.cdtor.c', '/tmp/*.cdtor.c'],
    ['/tmp/shop-8mit03/note', '/tmp/shop-*/note'],
    ['/tmp/health.lock', '/tmp/health.lock'],
    ['/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30', '/usr/lib/x86_64-linux-gnu/libstdc++.so.*'],
    ['/usr/lib/python3/dist-packages/yaml/nodes.py', '/usr/lib/python3/dist-packages/**.py'],
    ['/usr/share/nodejs/@redis/client/dist/lib/commands/GET.js', '/usr/share/nodejs/**.js'],
    [
      '/var/lib/docker/overlay2/4f1c2a9b8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a/diff',
      '/var/lib/docker/overlay2/*/diff',
    ],
    ['/builds/x/.git/objects/ab/cdef0123456789cdef0123456789cdef01234567', '/builds/x/.git/objects/**'],
    ['/srv/git/tiny/objects/tmp_objdir-incoming-x1/d0/tmp_obj_a', '/srv/git/tiny/objects/**'],
    ['/builds/x/.git/tupqaxk', '/builds/x/.git/*'],
    ['/builds/x/.git/HEAD', '/builds/x/.git/HEAD'],
    ['/var/lib/postgresql/data/base/16384/2619_vm', '/var/lib/postgresql/data/base/*/*_vm'],
    ['/data/temp-rewriteaof-bg-381.aof', '/data/*.aof'],
    ['/var/lib/nginx/body/0000000170', '/var/lib/nginx/body/*'],
    ['/srv/photos/2024-01-02/cat.png', '/srv/photos/*/*.png'],
    ['/srv/jobs/7d444840-9dc0-11d1-b245-5ffdce74fad2/state', '/srv/jobs/*/state'],
    ['/builds/app/build/stZ9GFli', '/builds/app/build/*'],
    ['/srv/node_modules/left-pad/index.js', '/srv/node_modules/**.js'],
    ['/', '/'],
    ['', ''],
    ['stubs.h', '*.h'],
    ['../lib/stubs.h', '../*.h'],
  ])('%s is %s', (path, expected) => {
    expect(pathClass(path, 'read')).toBe(expected);
  });

  it.each([
    '/etc/shadow',
    '/root/.ssh/id_rsa',
    '/run/secrets/db-password',
    '/var/run/secrets/kubernetes.io/serviceaccount/token',
    '/srv/app/.env',
    '/home/dev/.aws/credentials',
    '/dev/tty',
  ])('%s keeps its name', (path) => {
    expect(pathClass(path, 'read')).toBe(path);
  });
});

describe('the class of a path', () => {
  it('tells more of what is written and run than of what is read', () => {
    expect(pathClass('/usr/lib/a/b/c/evil.so', 'write')).toBe('/usr/lib/a/b/c/evil.so');
    expect(pathClass('/usr/share/a/b/c/page.html', 'write')).toBe('/usr/share/a/b/c/*.html');
    expect(pathClass('/srv/app/tool', 'program')).toBe('/srv/app/tool');
    expect(pathClass('/usr/lib/git-core/git-upload-pack', 'program')).toBe('/usr/lib/git-core/git-upload-pack');
    expect(pathClass('/srv/www/shell.php', 'write')).not.toBe(pathClass('/srv/www/index.html', 'write'));
  });

  it('is the same for all temporary files of a kind, with very few exceptions', () => {
    const classes = new Set<string>();
    let state = 7;
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
    const random = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return letters[Math.floor((state / 2147483648) * letters.length)] ?? '';
    };
    for (let i = 0; i < 5000; i++)
      classes.add(pathClass(`/tmp/tmp.${Array.from({ length: 10 }, random).join('')}`, 'write'));
    expect(classes.size).toBeLessThan(5);
  });

  it('is bounded', () => {
    expect(pathClass(`/srv${'/a'.repeat(2000)}/end.txt`, 'write')).toBe('/srv/a/a/a/a/a/a/a/**.txt');
    expect(pathClass(`/srv/${'word/'.repeat(2000)}end`, 'write').length).toBeLessThanOrEqual(200);
    expect(pathClass(`/proc/${'x'.repeat(5000)}`, 'read').length).toBeLessThanOrEqual(300);
  });
});
