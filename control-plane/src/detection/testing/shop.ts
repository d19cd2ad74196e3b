import { Kind } from '@picket/sdk';
import type { Finding } from '../../types.ts';
import { loadRules } from '../rules/load/load-rules.ts';
import { syscallNumber } from '../rules/names/syscalls.ts';
import { Scenario } from './scenario.ts';
import { shippedRules } from './shipped-rules.ts';

/** Flags of an open that makes a file anew. */
export const WRITE = 0o1101;
/** What runs the applets of busybox. */
export const BUSYBOX = '/bin/busybox';
/** Facts about executables, as programs have them that are run below. */
export const UPPER = { exe_flags: 1 };
export const MEMFD = { exe_flags: 2 };
export const TTY = { tty: 34816 };

export const SHIPPED = loadRules(shippedRules());

/** Names of the rules that found something. */
export const names = (findings: readonly Finding[]): string[] => findings.map((finding) => finding.rule);

type Fields = Record<string, number | string | string[]>;

/**
 * A node with one container, under the shipped rules. pid 150 is the entrypoint (sh -c), 200 a shell below it, 210 an
 * nginx, 220 a java, all from the image. Each method plays one act and answers the names of the rules that found it.
 */
export class Shop {
  readonly node = new Scenario(SHIPPED);
  pid = 1000;

  constructor(container: Record<string, string | string[]> = {}) {
    this.node.container(container);
    this.node.exec(150, { path: '/bin/sh', args: ['sh', '-c', 'run'], ppid: 9, vpid: 1 });
    this.node.exec(200, { path: '/bin/dash', args: ['sh'], comm: 'sh', ppid: 150 });
    this.node.exec(210, { path: '/usr/sbin/nginx', args: ['nginx', '-g', 'daemon off;'], ppid: 150 });
    this.node.exec(220, { path: '/opt/java/bin/java', args: ['java', '-jar', 'app.jar'], ppid: 150 });
  }

  /** A program as dash would run it: forked, then exec. */
  run(path: string, args: readonly string[], ppid = 200, more: Fields = {}): string[] {
    this.node.fork(++this.pid, ppid);
    return names(this.node.exec(this.pid, { path, args, ppid, more }));
  }

  /** An applet as the shell of busybox runs it. */
  applet(args: readonly string[], ppid = 200, more: Fields = {}): string[] {
    this.node.fork(++this.pid, ppid);
    const again = { filename: '/proc/self/exe', ...more };
    return names(this.node.exec(this.pid, { path: BUSYBOX, args, comm: 'exe', ppid, more: again }));
  }

  write(path: string, pid = 200): string[] {
    return names(this.node.open(pid, path, WRITE));
  }

  read(path: string, pid = 200, name = ''): string[] {
    return names(this.node.open(pid, path, 0, { name }));
  }

  /** A change of names or rights by the shell, or by `pid`. */
  change(call: string, path: string, fields: Record<string, number | string> = {}, pid = 200): string[] {
    const header = { tgid: pid, syscall: syscallNumber(call) ?? 0 };
    return names(this.node.send(Kind.FileModify, header, { path, count: 1, ...fields }));
  }

  /** Another program of the image, as pid 400. */
  as(path: string, comm?: string, more: Fields = {}): number {
    this.node.exec(400, { path, args: [comm ?? path], ppid: 200, ...(comm ? { comm } : {}), more });
    return 400;
  }

  /** A notable system call of the shell, or of `tgid`. */
  call(
    name: string,
    fields: Record<string, number | string | Uint8Array> = {},
    header: Record<string, number> = {},
  ): string[] {
    const numbers = { tgid: 200, syscall: syscallNumber(name) ?? 0, ...header };
    return names(this.node.send(Kind.SyscallNotable, numbers, { count: 1, ...fields }));
  }
}
