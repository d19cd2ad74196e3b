import { ProcessExec, startsWith, SyscallNotable, textIs } from '@picket/detector';

/** What a step of a chain can be. Gains come first, then acts on the kernel, then what reaches the host. */
export const enum Step {
  None,
  SetuidProgram,
  UserId,
  FileCapability,
  NamespaceMade,
  NamespaceEntered,
  ProcessTraced,
  Mount,
  KernelModule,
  KernelProgram,
  RuntimeSocket,
  HostFile,
}

export const enum Stage {
  Gain,
  Act,
  Reach,
}

// @ts-ignore: decorator
@lazy
const NAMES: string[] = [
  '',
  'setuid program run',
  'user id 0 taken',
  'program with file capabilities run',
  'namespace made',
  'namespace entered',
  'process taken over',
  'file system mounted',
  'kernel module or kernel loaded',
  'kernel program loaded',
  'runtime socket connected to',
  'host file opened',
];
// @ts-ignore: decorator
@lazy
const SCORES: i32[] = [0, 2, 2, 2, 1, 2, 2, 2, 3, 2, 3, 3];

export function nameOf(step: Step): string {
  return NAMES[step];
}

/** A mount within a namespace that the line has made for itself is what sandboxes do. */
export function scoreOf(step: Step, before: u32): i32 {
  return step == Step.Mount && (before & (1 << Step.NamespaceMade)) != 0 ? 1 : SCORES[step];
}

export function stageOf(step: Step): Stage {
  return step <= Step.FileCapability ? Stage.Gain : step <= Step.KernelProgram ? Stage.Act : Stage.Reach;
}

/** DAC_OVERRIDE, DAC_READ_SEARCH, SETUID, SYS_MODULE, SYS_RAWIO, SYS_PTRACE, SYS_ADMIN, BPF. */
const STRONG: u64 = (1 << 1) | (1 << 2) | (1 << 7) | (1 << 16) | (1 << 17) | (1 << 19) | (1 << 21) | ((<u64>1) << 39);

export function stepOfExec(e: ProcessExec): Step {
  if (e.euid == 0) return e.uid != 0 ? Step.SetuidProgram : Step.None;
  return (e.cap_effective & STRONG) != 0 ? Step.FileCapability : Step.None;
}

const UNKNOWN: u32 = 0xffffffff;
const NEW_NAMESPACES: u64 = 0x7e020000;
const PTRACE_ATTACH: u64 = 16;
const PTRACE_SEIZE: u64 = 0x4206;

/** The step that a notable call is, by its number on x86-64. Loading into the kernel counts when it was refused, too. */
export function stepOfCall(e: SyscallNotable): Step {
  switch (e.syscall) {
    case 175: // init_module
    case 313: // finit_module
    case 246: // kexec_load
    case 320: // kexec_file_load
      return Step.KernelModule;
  }
  if (e.result < 0) return Step.None;
  switch (e.syscall) {
    case 105: // setuid
    case 113: // setreuid
    case 117: // setresuid
      return e.new_id == 0 && e.old_id != 0 && e.old_id != UNKNOWN ? Step.UserId : Step.None;
    case 272: // unshare
      return (e.arg0 & NEW_NAMESPACES) != 0 ? Step.NamespaceMade : Step.None;
    case 308: // setns
      return Step.NamespaceEntered;
    case 101: // ptrace
      return e.arg0 == PTRACE_ATTACH || e.arg0 == PTRACE_SEIZE ? Step.ProcessTraced : Step.None;
    case 311: // process_vm_writev
      return Step.ProcessTraced;
    case 165: // mount
    case 429: // move_mount
    case 155: // pivot_root
      return Step.Mount;
    case 321: // bpf
      return Step.KernelProgram;
  }
  return Step.None;
}

/**
 * Whether the task has the name of a container runtime that prepares a container in its cgroup. A process that has
 * taken a step before is never taken for one.
 */
export function isRuntime(e: SyscallNotable): bool {
  const at = e.comm_at;
  const length = e.comm_length;
  return (
    startsWith(at, length, 'runc:[') ||
    startsWith(at, length, 'youki') ||
    textIs(at, length, 'runc') ||
    textIs(at, length, 'crun') ||
    textIs(at, length, 'exe') ||
    textIs(at, length, 'conmon')
  );
}
