import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BENIGN } from '../../scripts/demo/acts.ts';
import { PORTS } from './deed.ts';
import { Scene } from './scene.ts';

const SECONDS = 10;

/** What the container does by itself: serves pages, checks its health, logs, has temporary files and short processes. */
const ENTRYPOINT = `
nginx ${PORTS.web} &
until wget -q -O /dev/null http://127.0.0.1:${PORTS.web}/ 2>/dev/null; do sleep 0.05; done
touch /tmp/ready
while true; do
  wget -q -O /tmp/page http://127.0.0.1:${PORTS.web}/health && echo "$(date) healthy: $(cat /tmp/page)" >> /var/log/app.log
  ls -l /etc > /tmp/listing.$$; sort /tmp/listing.$$ | head -n 3 > /tmp/first; rm /tmp/listing.$$ /tmp/page
  (mkdir -p /tmp/work; cd /tmp/work; echo "$(hostname)" > name; gzip -c name > name.gz; rm name name.gz)
  for i in 1 2 3 4; do sleep 0.01 & done; wait %2 %3 %4 %5
  sleep 0.1
done`;

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

it('raises no alert of a container that does ordinary work', async () => {
  const container = await scene.start({
    name: 'shop-web',
    args: ['sh', '-c', ENTRYPOINT],
    // mounted by the runtime, as pods get them; the workload does not touch them
    mounts: [
      '/root/.ssh/id_rsa',
      '/root/.ssh/authorized_keys',
      '/etc/cron.d/app',
      '/etc/shadow',
      '/run/docker.sock',
    ].map((destination) => scene.hostFile(destination)),
  });
  await expect.poll(async () => (await container.exec(['ls', '/tmp'])).stdout).toContain('ready');
  const until = performance.now() + SECONDS * 1000;
  for (let turn = 0; performance.now() < until; turn++) {
    const act = BENIGN[turn % BENIGN.length];
    expect(await act?.run(container), act?.title).toMatchObject({ code: 0, stderr: '' });
    await sleep(100);
  }
  const { stdout } = await container.exec(['grep', '-c', 'healthy: welcome', '/var/log/app.log']);
  expect(Number(stdout)).toBeGreaterThan(SECONDS);
  expect(container.output()).toBe('');
  // that commands were brought in is told, but nobody is called for it
  const alerts = (await scene.alertsOf(container)).filter(({ priority }) => priority !== 'Informational');
  expect(alerts.map(({ rule, output }) => `${rule}: ${output}`)).toEqual([]);
});
