import type { TestContainer } from '../../test/support/container.ts';

/** Something that is done in the container of the demo. */
export interface Act {
  readonly title: string;
  readonly run: (container: TestContainer) => ReturnType<TestContainer['exec']>;
}

/** Where the web server of the container listens. */
export const WEB_PORT = 8080;
/** Where clouds hand out credentials (a link-local address, RFC 3927). */
export const METADATA_ADDRESS = '169.254.169.254';

const sh = (script: string) => (container: TestContainer) => container.exec(['sh', '-c', script]);
const web = (path: string) => `wget -q -O /dev/null http://127.0.0.1:${WEB_PORT}${path}`;

/** What a container does all day. None of it may raise an alert. */
export const BENIGN: readonly Act[] = [
  {
    title: 'looks at files',
    run: sh('ls -l / /etc >/dev/null; cat /etc/passwd /etc/hosts >/dev/null; head -c 64 /etc/nginx.conf >/dev/null'),
  },
  {
    title: 'writes logs',
    run: sh('for i in 1 2 3; do echo "request $i" >> /var/log/app.log; done; date > /tmp/last-run'),
  },
  {
    title: 'runs a script',
    run: sh(
      'printf "n=0\\nfor i in 1 2 3 4; do n=\\$((n + i)); done\\necho \\$n\\n" > /tmp/job.sh; sh /tmp/job.sh > /tmp/job.log; rm /tmp/job.sh',
    ),
  },
  { title: 'asks its web server', run: sh(web('/')) },
  {
    title: 'starts many short processes',
    run: sh('for i in 1 2 3 4 5 6 7 8; do (sleep 0.01; true) & done; wait; ps >/dev/null; env >/dev/null'),
  },
  {
    title: 'reports its health',
    run: (container) => container.exec(['wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${WEB_PORT}/health`]),
  },
];

/** What an intruder does, step by step. Everything happens inside the container of the demo. */
export const ATTACKS: readonly Act[] = [
  {
    title: 'opens a shell with a terminal',
    run: (container) => container.exec(['sh'], { tty: true, input: 'id\nexit\n' }),
  },
  { title: 'makes the web server run a command', run: sh(web('/run?id%3B+uname+-a')) },
  {
    title: 'drops a program and runs it',
    run: sh('cp /bin/busybox /usr/local/bin/busybox-update && /usr/local/bin/busybox-update id >/dev/null'),
  },
  {
    title: 'runs a program from /tmp',
    run: sh('cp /bin/busybox /tmp/busybox-x && /tmp/busybox-x id >/dev/null'),
  },
  {
    title: 'runs a program from /dev/shm',
    run: sh('cp /bin/busybox /dev/shm/busybox-x && /dev/shm/busybox-x id >/dev/null'),
  },
  { title: 'runs a program that is in no file', run: sh('memory-run /bin/busybox id >/dev/null') },
  { title: 'reads the password hashes', run: sh('cat /etc/shadow >/dev/null') },
  {
    title: 'asks the cloud for credentials',
    run: sh(`wget -q -O- http://${METADATA_ADDRESS}/latest/meta-data/iam/`),
  },
  {
    title: 'opens a reverse shell',
    run: sh(
      '(echo id; sleep 0.3) | timeout 2 nc -l -p 4444 >/dev/null & sleep 0.2; timeout 2 nc 127.0.0.1 4444 -e /bin/sh; wait',
    ),
  },
  {
    title: 'puts a library into programs it starts',
    run: (container) => container.exec(['ls', '/'], { env: ['LD_PRELOAD=/tmp/hook.so'] }),
  },
  { title: 'puts a library into every program', run: sh('echo /tmp/hook.so > /etc/ld.so.preload') },
  {
    title: 'makes itself come back',
    run: sh(
      'mkdir -p /etc/cron.d; echo "* * * * * root /tmp/busybox-x" > /etc/cron.d/update; echo "* * * * * /tmp/busybox-x" >> /etc/crontabs/root',
    ),
  },
  {
    title: 'looks for keys',
    run: sh(
      'find / -xdev -name id_rsa >/dev/null; grep -rl "PRIVATE KEY" /root /home >/dev/null; cat /root/.ssh/id_rsa',
    ),
  },
];
