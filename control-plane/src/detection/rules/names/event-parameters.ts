/**
 * Names of the parameters of Falco's events by call, in their order: of the event when the call begins, and of the one when
 * it returns. Calls whose parameters are not collected are left out.
 */
const WRITTEN: Readonly<Record<string, string>> = {
  open: 'name flags mode; fd name flags mode',
  openat: 'dirfd name flags mode; fd dirfd name flags mode',
  openat2: 'dirfd name flags mode; fd dirfd name flags mode',
  creat: 'name mode; fd name mode',
  execve: 'filename; res',
  execveat: 'dirfd filename flags; res',
  socket: 'domain type proto; fd domain type proto',
  listen: 'fd; res fd',
  ptrace: 'request pid; res',
  setuid: 'uid; res uid',
  setgid: 'gid; res gid',
  unlink: '; res path',
  unlinkat: '; res dirfd name flags',
  rename: '; res oldpath newpath',
  renameat: '; res olddirfd oldpath newdirfd newpath',
  renameat2: '; res olddirfd oldpath newdirfd newpath flags',
  mkdir: 'mode; res path',
  mkdirat: '; res dirfd path mode',
  rmdir: '; res path',
  link: '; res oldpath newpath',
  linkat: '; res olddir oldpath newdir newpath flags',
  symlink: '; res target linkpath',
  symlinkat: '; res target linkdirfd linkpath',
  chmod: '; res filename mode',
  fchmod: '; res fd mode',
  fchmodat: '; res dirfd filename mode',
  mount: 'flags; res dev dir type',
  umount2: 'flags; res name',
  setns: 'fd nstype; res fd nstype',
  unshare: 'flags; res flags',
  bpf: 'cmd; res cmd',
  prctl: '; res option',
  memfd_create: '; fd name flags',
  mprotect: 'addr length prot; res',
  userfaultfd: '; res flags',
};

const parsed = new Map(
  Object.entries(WRITTEN).map(([call, text]) => [call, text.split(';').map((part) => part.trim().split(' '))]),
);

/** The names at a position, which counts from 0: one for each of the two events that has so many. */
export const parametersAt = (call: string, position: number): string[] => [
  ...new Set((parsed.get(call) ?? []).flatMap((names) => names[position] || [])),
];
