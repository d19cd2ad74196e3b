import { type Deed, program, sh } from '../deed.ts';

/** An act that writes a file, done by a shell itself. */
const write = (path: string) => sh(`mkdir -p $(dirname ${path}); echo text > ${path}`);

/** Files that make an intruder stay. */
export const PERSISTENCE: readonly Deed[] = [
  {
    rule: 'Preload file written',
    title: 'for every program',
    act: write('/etc/ld.so.preload'),
    shows: { 'fd.name': '/etc/ld.so.preload' },
    process: 'sh',
    ancestors: [],
    twin: sh('cat /etc/ld.so.preload 2>/dev/null; echo /usr/local/lib > /etc/ld.so.conf'),
  },
  {
    rule: 'Scheduled job written',
    title: 'a file of cron',
    act: write('/etc/cron.d/update'),
    shows: { 'fd.name': '/etc/cron.d/update' },
    process: 'sh',
    ancestors: [],
    twin: sh('echo app > /etc/cron.deny; cat /etc/crontabs/root 2>/dev/null; mkdir -p /etc/cron.d'),
  },
  {
    rule: 'Account rights written',
    title: 'a key that may log in',
    act: write('/root/.ssh/authorized_keys'),
    shows: { 'fd.name': '/root/.ssh/authorized_keys' },
    process: 'sh',
    ancestors: [],
    twin: sh('mkdir -p /root/.ssh; echo host > /root/.ssh/known_hosts; passwd -u app >/dev/null 2>&1; true'),
  },
  {
    rule: 'Start-up file written',
    title: 'a profile of shells',
    act: write('/etc/profile.d/update.sh'),
    shows: { 'fd.name': '/etc/profile.d/update.sh' },
    process: 'sh',
    ancestors: [],
    twin: sh('cat /etc/profile 2>/dev/null; echo welcome > /etc/motd; echo a > /home/app/profile'),
  },
  {
    rule: 'Program or library directory written',
    title: 'beside the programs of the image',
    act: write('/usr/local/bin/update'),
    shows: { 'fd.name': '/usr/local/bin/update' },
    process: 'sh',
    ancestors: [],
    twin: sh('mkdir -p /usr/local/share/app; echo a > /usr/local/share/app/data; cat /usr/bin/tool >/dev/null'),
  },
  {
    rule: 'Scheduled job written',
    title: 'moved into place',
    act: sh('echo text > /home/app/job; mkdir -p /etc/cron.d; mv /home/app/job /etc/cron.d/moved; true'),
    shows: { 'evt.arg.newpath': '/etc/cron.d/moved' },
    process: /^(mv|sh)$/,
    ancestors: ['sh'],
    twin: sh('echo text > /home/app/job; mv /home/app/job /etc/cron.allow'),
  },
  {
    rule: 'Program or library directory written',
    title: 'a link beside the programs',
    act: program('ln', '-s', '/home/app/anything', '/usr/local/bin/ls'),
    shows: { 'evt.arg.linkpath': '/usr/local/bin/ls' },
    process: 'ln',
    ancestors: [],
    twin: program('ln', '-s', '/usr/bin/tool', '/home/app/tool'),
  },
  {
    rule: 'Program given the rights of its owner',
    title: 'a copy of the shell',
    act: sh('cp /bin/busybox /home/app/helper; chmod 4755 /home/app/helper'),
    shows: { 'fs.path.name': '/home/app/helper', 'evt.arg.mode': /S_ISUID/ },
    process: /^(chmod|sh)$/,
    ancestors: [],
    twin: sh(
      'cp /bin/busybox /home/app/helper; chmod 755 /home/app/helper; mkdir /home/app/team; chmod 3775 /home/app/team',
    ),
  },
];
