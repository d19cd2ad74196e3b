/**
 * Where no wildcard may be learned. A profile that says "any file in this folder" would let an attacker do there what the
 * workload never did: these folders hold secrets, what is run by others, and doors to the host.
 */

/** Not below these, at any depth. */
const CLOSED_TREES: readonly string[] = [
  ...['/proc', '/sys', '/dev', '/boot', '/root', '/host', '/run/secrets', '/var/run/secrets', '/run/systemd'],
  ...[
    '/etc/ssh',
    '/etc/ssl/private',
    '/etc/pam.d',
    '/etc/security',
    '/etc/sudoers.d',
    '/etc/kubernetes',
    '/etc/systemd',
  ],
  ...['/etc/cron.d', '/etc/cron.daily', '/etc/cron.hourly', '/etc/cron.weekly', '/etc/cron.monthly', '/etc/init.d'],
  ...['/etc/profile.d', '/etc/ld.so.conf.d', '/etc/apt', '/etc/yum.repos.d', '/etc/update-motd.d', '/etc/network'],
  ...['/var/spool/cron', '/var/lib/kubelet', '/var/lib/docker', '/var/lib/containerd', '/var/lib/dpkg', '/lib/modules'],
  ...['/lib/systemd', '/usr/lib/systemd', '/usr/lib/modules'],
];

/** Not right in these; folders below them may. */
const CLOSED_FOLDERS: ReadonlySet<string> = new Set([
  ...[
    '',
    '/etc',
    '/var',
    '/usr',
    '/usr/local',
    '/home',
    '/run',
    '/var/run',
    '/var/lib',
    '/opt',
    '/mnt',
    '/media',
    '/srv',
  ],
]);

const PROGRAMS: readonly string[] = [
  ...['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'],
  ...['/lib', '/lib32', '/lib64', '/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/libexec', '/usr/local/lib'],
];
const SCRATCH: readonly string[] = ['/tmp', '/var/tmp', '/dev/shm', '/run', '/var/run'];

/** What a name must not be like to be covered by a wildcard; `**` is a whole tree in the words of path classes. */
const PROTECTED_NAME =
  /^\.|^\*\*$|^(?:id_[a-z0-9]+|authorized_keys|known_hosts|g?shadow-?|passwd-?|sudoers|token|credentials?|kubeconfig|core_pattern|release_agent|mem|environ|crontabs?|ld\.so\..*)$|secret|passw|private|\.(?:pem|key|p12|pfx|jks|kdbx|sock|so|php[0-9]?|phtml|jspx?|aspx?|cgi)$/i;

/** A name that no wildcard covers, wherever it stands. */
export const isProtectedName = (name: string): boolean => PROTECTED_NAME.test(name);

/**
 * Whether a wildcard may stand for names in a folder.
 * @param folder without a slash at its end; empty for the root
 * @param use what the tokens of the class do with the files
 */
export function mayFold(folder: string, use: 'run' | 'write' | 'read'): boolean {
  if (CLOSED_FOLDERS.has(folder) || isBelow(folder, CLOSED_TREES)) return false;
  if (use === 'read') return true;
  return !isBelow(folder, PROGRAMS) && !(use === 'run' && isBelow(folder, SCRATCH));
}

const isBelow = (folder: string, trees: readonly string[]): boolean =>
  trees.some((tree) => folder === tree || (folder.startsWith(tree) && folder[tree.length] === '/'));
