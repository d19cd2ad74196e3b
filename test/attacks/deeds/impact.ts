import { type Deed, program, sh } from '../deed.ts';

/** Makes files of a folder and does something with them; `$i` is the number of a file. */
const withFiles = (folder: string, count: number, each: string) =>
  sh(`mkdir -p ${folder}; cd ${folder}; for i in $(seq ${count}); do : > file-$i; done; ${each}`);

/** A shell that copies itself, as often in a row as is said. */
const copies = (generations: number) =>
  sh(`copy() { [ $1 -gt 0 ] || return 0; copy $(($1 - 1)) & copy $(($1 - 1)) & wait; }; copy ${generations}`);

/** Traces removed, data destroyed, the machine exhausted. */
export const IMPACT: readonly Deed[] = [
  {
    rule: 'Command history wiped',
    title: 'removed',
    act: sh('echo ls > /home/app/.bash_history; rm /home/app/.bash_history; true'),
    shows: { 'fs.path.name': '/home/app/.bash_history' },
    process: /^(rm|sh)$/,
    ancestors: ['sh'],
    twin: sh('echo ls > /home/app/.bash_history; echo id >> /home/app/.bash_history; rm -f /home/app/nothing'),
  },
  {
    rule: 'Command history wiped',
    title: 'emptied',
    act: sh('echo ls > /root/.ash_history; : > /root/.ash_history'),
    shows: { 'fd.name': '/root/.ash_history' },
    process: 'sh',
    ancestors: [],
    twin: sh('echo ls > /root/history; : > /root/history'),
  },
  {
    rule: 'Command history wiped',
    title: 'made to lead nowhere',
    act: program('ln', '-s', '/dev/null', '/home/app/.python_history'),
    shows: { 'evt.arg.linkpath': '/home/app/.python_history' },
    process: 'ln',
    ancestors: [],
    twin: program('ln', '-s', '/dev/null', '/home/app/nowhere'),
  },
  {
    rule: 'Log wiped',
    title: 'emptied',
    act: sh('echo login > /var/log/auth.log; : > /var/log/auth.log'),
    shows: { 'fs.path.name': '/var/log/auth.log' },
    process: 'sh',
    ancestors: [],
    twin: sh('echo login >> /var/log/auth.log; cat /var/log/auth.log >/dev/null'),
  },
  {
    rule: 'Log wiped',
    title: 'removed',
    act: sh('echo login > /var/log/secure; rm /var/log/secure; true'),
    shows: { 'fs.path.name': '/var/log/secure' },
    process: /^(rm|sh)$/,
    ancestors: ['sh'],
    twin: sh('echo old > /var/log/app.log.1; rm /var/log/app.log.1; mv /var/log/auth.log /var/log/auth.log.2'),
  },
  {
    rule: 'Many files deleted',
    title: 'of a shop',
    act: withFiles('/srv/shop', 120, 'rm file-*; true'),
    shows: { 'fs.path.name': /^\/srv\/shop\/file-/, 'window.count': '100' },
    process: /^(rm|sh)$/,
    ancestors: ['sh'],
    twin: withFiles('/srv/shop', 60, 'rm file-*; cd /tmp; for i in $(seq 120); do : > f-$i; done; rm f-*'),
  },
  {
    rule: 'Many files given another ending',
    title: 'of a shop',
    act: withFiles('/srv/orders', 40, 'for i in $(seq 40); do mv file-$i file-$i.locked; done'),
    shows: { 'fs.path.target': /^\/srv\/orders\/file-\d+\.locked$/, 'window.count': '30' },
    process: /^(mv|sh)$/,
    ancestors: ['sh'],
    twin: withFiles('/srv/orders', 40, 'for i in $(seq 40); do mv file-$i done-$i; done'),
  },
  {
    rule: 'Fork bomb',
    title: 'of shells',
    act: copies(8),
    shows: { 'window.count': '200' },
    process: 'sh',
    ancestors: ['sh', 'sh', 'sh', 'sh'],
    // as many, but side by side
    twin: sh('for i in $(seq 300); do : & done; wait'),
  },
];
