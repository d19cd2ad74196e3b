/** What went wrong, stable across versions; the message says what to do about it. */
export type NativeErrorCode =
  /** The compiled addon is not there or does not load. */
  | 'ADDON_MISSING'
  /** The bytes are not a BPF object, or a constant cannot be set in it. */
  | 'BPF_OPEN_FAILED'
  /** The kernel refused the object (see `verifierLog`), or it was used before load or loaded twice. */
  | 'BPF_LOAD_FAILED'
  | 'BPF_ATTACH_FAILED'
  | 'BPF_DETACH_FAILED'
  /** A map operation failed, or a map cannot be reused because it has another shape. */
  | 'BPF_MAP_FAILED'
  /** A test run failed. */
  | 'BPF_RUN_FAILED'
  | 'BPF_STATS_FAILED'
  /** The kernel said EPERM: a capability is missing or the kernel forbids this kind of program. */
  | 'BPF_PERMISSION'
  /** No such type, or no type information at all. */
  | 'BTF_NOT_FOUND'
  | 'RING_FAILED'
  /** The caller's buffer cannot hold the answer; nothing in it may be used. */
  | 'BUFFER_TOO_SMALL'
  | 'CGROUP_FAILED'
  /** Files of a process could not be read. */
  | 'READ_FAILED'
  /** A file system did not answer in time. */
  | 'READ_LATE'
  /** Too many file systems do not answer: no further one is asked. */
  | 'READ_BUSY'
  /** The object has no map, program or constant of that name, or there is no such process. */
  | 'NOT_FOUND'
  /** The handle was closed before. */
  | 'CLOSED'
  | 'INVALID_ARGUMENT';

/** Every failure of this package. */
export class NativeError extends Error {
  override readonly name = 'NativeError';
  readonly code: NativeErrorCode;
  /** The positive errno behind it (libbpf's own numbers start at 4000); 0 when there was none. */
  readonly errno: number;
  /** What the kernel's verifier wrote about the program it refused. */
  readonly verifierLog?: string;

  constructor(code: NativeErrorCode, message: string, errno = 0, verifierLog?: string) {
    super(message);
    this.code = code;
    this.errno = errno;
    if (verifierLog !== undefined) this.verifierLog = verifierLog;
  }
}
