/** Names of the capabilities by bit. Source: include/uapi/linux/capability.h. */
const NAMES = `
  CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
  NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
  SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
  MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE
`
  .trim()
  .split(/\s+/)
  .map((name) => `CAP_${name}`);

/** The capabilities of a set by name; bits that have no name yet by number. */
export function capabilityNames(set: bigint): string[] {
  const out: string[] = [];
  for (let bit = 0; set >> BigInt(bit) !== 0n; bit++) {
    if (((set >> BigInt(bit)) & 1n) !== 0n) out.push(NAMES[bit] ?? `CAP_${bit}`);
  }
  return out;
}

/** The bit of a capability by its name, as CAP_NET_RAW; undefined when there is no such capability. */
export function capabilityBit(name: string): bigint | undefined {
  const at = NAMES.indexOf(name);
  return at < 0 ? undefined : 1n << BigInt(at);
}
