import { type Deed, program, sh } from '../deed.ts';

/** The address where clouds hand out credentials (link-local, RFC 3927), and its neighbour. */
export const METADATA = { service: '169.254.169.254', neighbour: '169.254.169.253' } as const;

const wget = (address: string) => sh(`wget -q -O /dev/null http://${address}/ 2>/dev/null; true`);
/** Writes a file and then does something with it. */
const withFile = (path: string, use: string) =>
  sh(`mkdir -p $(dirname ${path}); echo text > ${path}; ${use} ${path} >/dev/null; true`);

/** Secrets that are read or looked for. */
export const CREDENTIALS: readonly Deed[] = [
  {
    rule: 'Account file read by an unexpected program',
    title: 'password hashes',
    act: program('cat', '/etc/shadow'),
    shows: { 'fd.name': '/etc/shadow' },
    process: 'cat',
    ancestors: [],
    twin: sh('cat /etc/passwd /etc/group >/dev/null; su app -s /bin/sh -c true'),
  },
  {
    rule: 'Link to an account file made',
    title: 'a symbolic link',
    act: program('ln', '-s', '/etc/shadow', '/home/app/notes'),
    shows: { 'evt.arg.target': '/etc/shadow' },
    process: 'ln',
    ancestors: [],
    twin: program('ln', '-s', '/etc/passwd', '/home/app/users'),
  },
  {
    rule: 'Link to an account file made',
    title: 'a hard link',
    act: program('ln', '/etc/shadow', '/etc/notes'),
    shows: { 'evt.arg.oldpath': '/etc/shadow' },
    process: 'ln',
    ancestors: [],
    twin: program('ln', '/etc/hosts', '/etc/hosts.kept'),
  },
  {
    rule: 'Monitored file reached by a detour',
    title: 'up and down again',
    act: program('cat', '/home/app/../../etc/shadow'),
    shows: { 'fd.name': '/etc/shadow', 'fd.nameraw': '/home/app/../../etc/shadow' },
    process: 'cat',
    ancestors: [],
    twin: program('cat', '/home/app/../../etc/hostname', '/etc/passwd'),
  },
  {
    rule: 'Monitored file reached by a detour',
    title: 'through a link where everybody may write',
    act: sh('ln -s /etc/passwd /tmp/report; cat /tmp/report >/dev/null; true'),
    shows: { 'fd.name': '/etc/passwd', 'fd.nameraw': '/tmp/report' },
    process: 'cat',
    ancestors: ['sh'],
    twin: sh('ln -s /etc/hosts /tmp/report; cat /tmp/report >/dev/null; true'),
  },
  {
    rule: 'Service account token read by an unexpected program',
    title: 'by a tool that reads any file',
    act: withFile('/run/secrets/kubernetes.io/serviceaccount/token', 'cat'),
    shows: { 'fd.name': '/run/secrets/kubernetes.io/serviceaccount/token' },
    process: 'cat',
    ancestors: ['sh'],
    twin: withFile('/run/secrets/kubernetes.io/serviceaccount/namespace', 'cat'),
  },
  {
    rule: 'Environment of another process read',
    title: 'that of the first process',
    act: program('cat', '/proc/1/environ'),
    shows: { 'fd.name': '/proc/1/environ' },
    process: 'cat',
    ancestors: [],
    twin: sh('cat /proc/self/environ >/dev/null; cat /proc/1/status >/dev/null; cat < /proc/self/environ >/dev/null'),
  },
  {
    rule: 'Private keys or cloud credentials read',
    title: 'an SSH key',
    act: withFile('/home/app/.ssh/id_ed25519', 'base64'),
    shows: { 'fd.name': '/home/app/.ssh/id_ed25519' },
    process: 'base64',
    ancestors: ['sh'],
    twin: withFile('/home/app/.ssh/id_ed25519.pub', 'base64'),
  },
  {
    rule: 'Private keys or cloud credentials read',
    title: 'cloud credentials',
    act: withFile('/home/app/.aws/credentials', 'cat'),
    shows: { 'fd.name': '/home/app/.aws/credentials' },
    process: 'cat',
    ancestors: ['sh'],
    twin: withFile('/home/app/data/credentials', 'cat'),
  },
  {
    rule: 'Search for private keys or credentials',
    title: 'through the whole file system',
    act: program('find', '/home', '-xdev', '-name', 'id_rsa'),
    shows: { 'proc.cmdline': 'find /home -xdev -name id_rsa' },
    process: 'find',
    ancestors: [],
    twin: program('find', '/home', '-xdev', '-name', '*.log'),
  },
  {
    rule: 'Search for private keys or credentials',
    title: 'in the text of files',
    act: program('rg', 'PRIVATE KEY', '/home'),
    shows: { 'proc.cmdline': 'rg PRIVATE KEY /home' },
    process: 'rg',
    ancestors: [],
    twin: sh('rg WARNING /home; grep -rl "PRIVATE ROOM" /home; true'),
  },
  {
    rule: 'Cloud metadata service contacted',
    title: 'with a web client',
    act: wget(METADATA.service),
    shows: { 'fd.name': new RegExp(`->${METADATA.service}:80$`) },
    process: 'wget',
    ancestors: ['sh'],
    twin: wget(METADATA.neighbour),
  },
];
