import type { ContainerOptions } from '../container.ts';

/** What Docker and containerd grant by default. */
const CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
].map((name) => `CAP_${name}`);

export const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Microseconds over which the share of a CPU is given out. */
const CPU_PERIOD = 100_000;

const mount = (destination: string, type: string, options: readonly string[]) => ({
  destination,
  type,
  source: type,
  options,
});

/** The OCI runtime configuration of a container (opencontainers/runtime-spec config.md). */
export function configJson(id: string, options: ContainerOptions) {
  const capabilities = [...CAPABILITIES, ...(options.capabilities ?? [])];
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: options.tty ?? false,
      user: { uid: 0, gid: 0 },
      args: options.args,
      env: [PATH, 'HOME=/root', ...(options.tty ? ['TERM=xterm'] : []), ...(options.env ?? [])],
      cwd: '/',
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    },
    root: { path: 'rootfs' },
    hostname: options.name,
    annotations: {
      'io.kubernetes.cri.container-name': options.name,
      'org.opencontainers.image.ref.name': options.image ?? 'picket.test/busybox:1.35',
      ...options.annotations,
    },
    mounts: [
      mount('/proc', 'proc', ['nosuid', 'noexec', 'nodev']),
      mount('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
      mount('/dev/pts', 'devpts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']),
      // Without noexec, as in pods that bring a memory volume for it: programs can be run from there.
      mount('/dev/shm', 'tmpfs', ['nosuid', 'nodev', 'mode=1777', 'size=65536k']),
      mount('/sys', 'sysfs', ['nosuid', 'noexec', 'nodev', 'ro']),
      ...(options.mounts ?? []),
    ],
    linux: {
      cgroupsPath: `/${id}`,
      resources: { devices: [{ allow: false, access: 'rwm' }], ...cpuShare(options.cpuPercent) },
      namespaces: [
        ...['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
        { type: 'network', ...(options.network === undefined ? {} : { path: options.network }) },
      ],
      maskedPaths: ['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/timer_list', '/proc/scsi', '/sys/firmware'],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}

const cpuShare = (percent: number | undefined) =>
  percent === undefined ? {} : { cpu: { period: CPU_PERIOD, quota: (CPU_PERIOD * percent) / 100 } };
