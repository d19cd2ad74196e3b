import { type Deed, program, sh } from '../deed.ts';

/** Where the cgroup file systems are mounted in both containers, writable. */
export const CGROUPS = '/sys/fs/cgroup';
/** Where a folder of the host is mounted. */
export const HOST_FOLDER = '/host';
/** A socket called like that of the runtime, and another one. */
export const SOCKETS = { runtime: '/run/docker.sock', app: '/run/app.sock' } as const;

/** Ways out of the container. Where the kernel refuses one, the attempt counts. */
export const ESCAPES: readonly Deed[] = [
  {
    rule: 'Cgroup release agent written',
    title: 'where there is one to write',
    act: sh(`echo /tmp/x 2>/dev/null > ${CGROUPS}/release_agent; true`),
    shows: { 'fd.name': `${CGROUPS}/release_agent` },
    process: 'sh',
    ancestors: [],
    twin: sh(`cat ${CGROUPS}/*/release_agent >/dev/null 2>&1; echo text > /tmp/release_notes`),
  },
  {
    rule: 'Cgroup notify_on_release written',
    title: 'in a cgroup of its own',
    act: sh(
      `for file in ${CGROUPS}/notify_on_release ${CGROUPS}/*/notify_on_release; do echo 0 2>/dev/null > $file; done; true`,
    ),
    shows: { 'fd.name': /^\/sys\/fs\/cgroup(\/.*)?\/notify_on_release$/ },
    process: 'sh',
    ancestors: [],
    twin: sh(`cat ${CGROUPS}/*/notify_on_release >/dev/null 2>&1; true`),
  },
  {
    rule: 'Kernel helper program changed',
    title: 'core_pattern',
    act: sh('echo "|/tmp/x" 2>/dev/null > /proc/sys/kernel/core_pattern; true'),
    shows: { 'fd.name': '/proc/sys/kernel/core_pattern' },
    process: 'sh',
    ancestors: [],
    twin: sh('cat /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe >/dev/null 2>&1; true'),
  },
  {
    rule: 'Container runtime socket used in a container',
    title: 'opened',
    act: sh(`cat ${SOCKETS.runtime} 2>/dev/null; true`),
    shows: { 'fd.name': SOCKETS.runtime },
    process: 'cat',
    ancestors: ['sh'],
    twin: sh(`cat ${SOCKETS.app} 2>/dev/null; ls -l ${SOCKETS.runtime} >/dev/null`),
  },
  {
    rule: 'Container runtime socket used in a container',
    title: 'connected to through a link of another name',
    act: sh(`ln -s ${SOCKETS.runtime} /tmp/harmless; tool /tmp/harmless; true`),
    // the path is the one the runtime listens on, wherever it is mounted
    shows: { 'fd.name': /^\/(?!run\/).*\/docker\.sock$/, 'evt.res': 'SUCCESS' },
    process: 'tool',
    ancestors: ['sh'],
    twin: sh(`ln -s ${SOCKETS.app} /tmp/docker.sock; tool /tmp/docker.sock`),
  },
  {
    rule: 'Host files reached from a container',
    title: 'password hashes of the host',
    act: program('cat', `${HOST_FOLDER}/etc/shadow`),
    shows: { 'fd.name': `${HOST_FOLDER}/etc/shadow` },
    process: 'cat',
    ancestors: [],
    twin: program('cat', `${HOST_FOLDER}/etc/hostname`),
  },
  {
    rule: 'File system debugger run in a container',
    title: 'with the right to make devices',
    act: program('debugfs', '-R', 'ls', '/dev/none'),
    shows: { 'proc.cmdline': 'debugfs -R ls /dev/none' },
    process: 'debugfs',
    ancestors: [],
    twin: program('tool', '-R', 'ls', '/dev/none'),
  },
];
