/**
 * Numbers of the x86-64 system calls that event kinds stand for; records carry these on every architecture.
 * Source: arch/x86/entry/syscalls/syscall_64.tbl.
 */
const NUMBERS: Readonly<Record<string, number>> = {
  open: 2, close: 3, mmap: 9, mprotect: 10, dup: 32, dup2: 33, socket: 41, connect: 42, accept: 43, sendto: 44,
  recvfrom: 45, sendmsg: 46, recvmsg: 47, bind: 49, listen: 50, clone: 56, fork: 57, vfork: 58, execve: 59, fcntl: 72,
  truncate: 76, ftruncate: 77, rename: 82, mkdir: 83, rmdir: 84, creat: 85, link: 86, unlink: 87, symlink: 88,
  chmod: 90, fchmod: 91, chown: 92, fchown: 93, lchown: 94, ptrace: 101, setuid: 105, setgid: 106, setreuid: 113,
  setregid: 114, setresuid: 117, setresgid: 119, setfsuid: 122, setfsgid: 123, capset: 126, personality: 135,
  pivot_root: 155, prctl: 157, chroot: 161, mount: 165, umount2: 166, swapon: 167, reboot: 169, init_module: 175,
  delete_module: 176, kexec_load: 246, add_key: 248, request_key: 249, keyctl: 250, openat: 257, mkdirat: 258,
  fchownat: 260, unlinkat: 263, renameat: 264, linkat: 265, symlinkat: 266, fchmodat: 268, unshare: 272,
  accept4: 288, dup3: 292, perf_event_open: 298, recvmmsg: 299, open_by_handle_at: 304,
  sendmmsg: 307, setns: 308, process_vm_readv: 310, process_vm_writev: 311, finit_module: 313, renameat2: 316,
  memfd_create: 319, kexec_file_load: 320, bpf: 321,
  execveat: 322, userfaultfd: 323, pkey_mprotect: 329, io_uring_setup: 425, move_mount: 429, fsmount: 432, clone3: 435, openat2: 437,
  fchmodat2: 452,
}; // biome-ignore format: a table

const names = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name]));

/** The name of a system call that some event kind stands for. */
export const syscallName = (number: number): string | undefined => names.get(number);

/** The number of such a call; undefined for events that no call makes. */
export const syscallNumber = (name: string): number | undefined => NUMBERS[name];
