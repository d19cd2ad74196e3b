import { type Deed, program, sh } from '../deed.ts';

/** Package managers. */
export const PACKAGES: readonly Deed[] = [
  {
    rule: 'Package manager run in a container',
    title: 'a tool is installed',
    act: program('apt-get', 'install', '-y', 'nmap'),
    shows: { 'proc.cmdline': 'apt-get install -y nmap' },
    process: 'apt-get',
    ancestors: [],
    twin: program('apt-config', 'dump'),
  },
  {
    rule: 'Package manager run in a container',
    title: 'by the shell of busybox',
    act: sh('rpm -i tool.rpm 2>/dev/null; true'),
    shows: { 'proc.cmdline': 'rpm -i tool.rpm' },
    process: 'rpm',
    ancestors: ['sh'],
    twin: sh('rpm -qi none 2>/dev/null; true'),
  },
  {
    rule: 'Language package installed in a running container',
    title: 'a module for Python',
    act: program('pip3', 'install', 'requests'),
    shows: { 'proc.cmdline': 'pip3 install requests' },
    process: 'pip3',
    ancestors: [],
    twin: program('pip3', 'list'),
  },
];
