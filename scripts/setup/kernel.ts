import { existsSync, readFileSync } from 'node:fs';
import { runProgram } from '../command.ts';
import { ScriptError, type ScriptErrorCode } from '../errors.ts';

const REPLAY = 'Without it you can look at recorded events: npm start -- --replay FILE';

/** Numbers of include/uapi/linux/capability.h. */
const CAP = { SYS_ADMIN: 21n, PERFMON: 38n, BPF: 39n };

/** What the check looks at. */
export interface KernelFacts {
  readonly btf: boolean;
  /** /proc/self/status. */
  readonly status: string;
  /** /proc/self/mountinfo. */
  readonly mountinfo: string;
}

export interface KernelProblem {
  readonly code: ScriptErrorCode;
  readonly message: string;
}

function readFacts(): KernelFacts {
  return {
    btf: existsSync('/sys/kernel/btf/vmlinux'),
    status: readFileSync('/proc/self/status', 'utf8'),
    mountinfo: readFileSync('/proc/self/mountinfo', 'utf8'),
  };
}

/** Whether a file system of the type is mounted; the type stands behind the lone dash, see proc(5). */
function mounted(mountinfo: string, type: string): boolean {
  return mountinfo.split('\n').some((line) => line.split(' - ')[1]?.startsWith(`${type} `));
}

function hasCapabilities(status: string): boolean {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const has = (bit: bigint) => ((effective >> bit) & 1n) === 1n;
  return has(CAP.SYS_ADMIN) || (has(CAP.BPF) && has(CAP.PERFMON));
}

/** What keeps this machine from watching containers, each as one sentence with what to do. */
export function kernelProblems(facts: KernelFacts): readonly KernelProblem[] {
  const problems: KernelProblem[] = [];
  if (!facts.btf)
    problems.push({
      code: 'BTF_MISSING',
      message: `the kernel does not describe its types: /sys/kernel/btf/vmlinux is missing; run a kernel built with CONFIG_DEBUG_INFO_BTF. ${REPLAY}`,
    });
  if (!hasCapabilities(facts.status))
    problems.push({
      code: 'PRIVILEGE_MISSING',
      message: `this user may not load eBPF programs: run as root, or with CAP_BPF and CAP_PERFMON. ${REPLAY}`,
    });
  if (!mounted(facts.mountinfo, 'tracefs'))
    problems.push({
      code: 'TRACEFS_MISSING',
      message: `tracefs is not mounted: as root, mount -t tracefs tracefs /sys/kernel/tracing. ${REPLAY}`,
    });
  if (!mounted(facts.mountinfo, 'cgroup2'))
    problems.push({
      code: 'CGROUP2_MISSING',
      message: `no cgroup v2 hierarchy is mounted: start the system with it, or mount -t cgroup2 none /sys/fs/cgroup/unified. ${REPLAY}`,
    });
  return problems;
}

/**
 * Makes sure that eBPF can be used, mounting tracefs where that is all that is missing.
 * @returns what was done, or undefined when nothing had to be
 * @throws ScriptError with the code of the problem, KERNEL_UNFIT when there are several
 */
export async function requireKernel(): Promise<string | undefined> {
  let done: string | undefined;
  if (!mounted(readFacts().mountinfo, 'tracefs') && process.getuid?.() === 0 && existsSync('/sys/kernel/tracing')) {
    const { code } = await runProgram('mount', ['-t', 'tracefs', 'tracefs', '/sys/kernel/tracing']);
    if (code === 0) done = 'mounted tracefs';
  }
  const problems = kernelProblems(readFacts());
  const [first, ...others] = problems;
  if (!first) return done;
  const code = others.length === 0 ? first.code : 'KERNEL_UNFIT';
  throw new ScriptError(code, problems.map((problem) => problem.message).join('\n'));
}
