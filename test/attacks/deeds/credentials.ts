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
  {
    rule: 'SSH to a non-standard port',
    title: 'port 2222',
    act: program('ssh', '127.0.0.1', '2222'),
    shows: { 'fd.sport': '2222' },
    process: 'ssh',
    ancestors: [],
    twin: sh('ssh 127.0.0.1 22; tool 127.0.0.1 2222'),
  },
];
