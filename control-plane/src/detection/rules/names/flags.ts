type Flag = readonly [name: string, bits: number];

/** Flags of open(2), x86-64. Source: include/uapi/asm-generic/fcntl.h. */
const OPEN: readonly Flag[] = [
  ['O_CREAT', 0o100],
  ['O_EXCL', 0o200],
  ['O_NOCTTY', 0o400],
  ['O_TRUNC', 0o1000],
  ['O_APPEND', 0o2000],
  ['O_NONBLOCK', 0o4000],
  ['O_SYNC', 0o4010000],
  ['O_DSYNC', 0o10000],
  ['O_DIRECT', 0o40000],
  ['O_LARGEFILE', 0o100000],
  ['O_TMPFILE', 0o20200000],
  ['O_DIRECTORY', 0o200000],
  ['O_NOFOLLOW', 0o400000],
  ['O_NOATIME', 0o1000000],
  ['O_CLOEXEC', 0o2000000],
  ['O_PATH', 0o10000000],
];
const ACCESS = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'];

const MODE: readonly Flag[] = [
  ['S_ISUID', 0o4000],
  ['S_ISGID', 0o2000],
  ['S_ISVTX', 0o1000],
  ['S_IRUSR', 0o400],
  ['S_IWUSR', 0o200],
  ['S_IXUSR', 0o100],
  ['S_IRGRP', 0o40],
  ['S_IWGRP', 0o20],
  ['S_IXGRP', 0o10],
  ['S_IROTH', 0o4],
  ['S_IWOTH', 0o2],
  ['S_IXOTH', 0o1],
];

/** Source: include/uapi/linux/sched.h. */
const CLONE: readonly Flag[] = [
  ['CLONE_NEWTIME', 0x80],
  ['CLONE_VM', 0x100],
  ['CLONE_FS', 0x200],
  ['CLONE_FILES', 0x400],
  ['CLONE_SIGHAND', 0x800],
  ['CLONE_THREAD', 0x10000],
  ['CLONE_NEWNS', 0x20000],
  ['CLONE_SYSVSEM', 0x40000],
  ['CLONE_NEWCGROUP', 0x2000000],
  ['CLONE_NEWUTS', 0x4000000],
  ['CLONE_NEWIPC', 0x8000000],
  ['CLONE_NEWUSER', 0x10000000],
  ['CLONE_NEWPID', 0x20000000],
  ['CLONE_NEWNET', 0x40000000],
];

/** Source: include/uapi/linux/mount.h. */
const MOUNT: readonly Flag[] = [
  ['RDONLY', 1],
  ['NOSUID', 2],
  ['NODEV', 4],
  ['NOEXEC', 8],
  ['REMOUNT', 32],
  ['BIND', 4096],
  ['MOVE', 8192],
  ['REC', 16384],
  ['PRIVATE', 1 << 18],
  ['SLAVE', 1 << 19],
  ['SHARED', 1 << 20],
];

const UMOUNT: readonly Flag[] = [
  ['FORCE', 1],
  ['DETACH', 2],
  ['EXPIRE', 4],
  ['NOFOLLOW', 8],
];

/** Source: include/uapi/asm-generic/mman-common.h and mman.h. */
const MAP: readonly Flag[] = [
  ['MAP_SHARED', 1],
  ['MAP_PRIVATE', 2],
  ['MAP_FIXED', 0x10],
  ['MAP_ANONYMOUS', 0x20],
  ['MAP_GROWSDOWN', 0x100],
  ['MAP_DENYWRITE', 0x800],
  ['MAP_LOCKED', 0x2000],
  ['MAP_NORESERVE', 0x4000],
  ['MAP_POPULATE', 0x8000],
  ['MAP_STACK', 0x20000],
  ['MAP_HUGETLB', 0x40000],
];

const MEMFD: readonly Flag[] = [
  ['MFD_CLOEXEC', 1],
  ['MFD_ALLOW_SEALING', 2],
  ['MFD_HUGETLB', 4],
  ['MFD_NOEXEC_SEAL', 8],
  ['MFD_EXEC', 16],
];

const PROTECTION: readonly Flag[] = [
  ['PROT_READ', 1],
  ['PROT_WRITE', 2],
  ['PROT_EXEC', 4],
];

const AT: readonly Flag[] = [
  ['AT_SYMLINK_NOFOLLOW', 0x100],
  ['AT_REMOVEDIR', 0x200],
  ['AT_SYMLINK_FOLLOW', 0x400],
  ['AT_EMPTY_PATH', 0x1000],
];

const RENAME: readonly Flag[] = [
  ['RENAME_NOREPLACE', 1],
  ['RENAME_EXCHANGE', 2],
  ['RENAME_WHITEOUT', 4],
];

const join = (value: number, flags: readonly Flag[], none = '0'): string =>
  flags
    .filter(([, bits]) => (value & bits) === bits)
    .map(([name]) => name)
    .join('|') || none;

export function openFlagNames(value: number): string {
  const rest = join(value, OPEN, '');
  const access = ACCESS[value & 3] as string;
  return rest === '' ? access : `${access}|${rest}`;
}
/** Bits of a flag of open(2) by its name; undefined when there is no such flag. */
export function openFlagBits(name: string): number | undefined {
  const access = ACCESS.indexOf(name);
  return access >= 0 ? access : OPEN.find(([flag]) => flag === name)?.[1];
}
export const modeNames = (value: number): string => join(value, MODE);
export const cloneFlagNames = (value: number): string => join(value, CLONE);
export const mountFlagNames = (value: number): string => join(value, MOUNT);
export const umountFlagNames = (value: number): string => join(value, UMOUNT);
export const mapFlagNames = (value: number): string => join(value, MAP);
export const memfdFlagNames = (value: number): string => join(value, MEMFD);
export const protectionNames = (value: number): string => join(value, PROTECTION);
export const atFlagNames = (value: number): string => join(value, AT);
export const renameFlagNames = (value: number): string => join(value, RENAME);
