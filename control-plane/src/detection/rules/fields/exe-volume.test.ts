import { expect, it } from 'vitest';
import { Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';

const RULE = `
- rule: R
  desc: d
  condition: evt.type = execve and picket.proc.exe_volume exists
  output: "%picket.proc.exe_volume"
  priority: Notice
`;
const MOUNTS = [
  '/var/lib/kubelet/pods/1/volumes/data:/data:rw',
  'tmpfs:/data/inner/:rw',
  '/srv/a:b:/with:ro',
  '/home/me/tool:/usr/local/bin/tool:ro',
  'overlay:/:rw',
  'odd',
];

/** What the field says of a program that a container with these mounts runs. */
function volumeOf(path: string, mounts: readonly string[] = MOUNTS): string | undefined {
  const node = new Scenario(loadRules([{ name: 'r.yaml', text: RULE }]));
  node.container({ mounts: [...mounts] });
  return node.exec(200, { path })[0]?.output;
}

it.each([
  ['/data/run', '/data'],
  ['/data/deep/er/run', '/data'],
  ['/data/inner/run', '/data/inner'],
  ['/with/run', '/with'],
])('%s lies on the volume at %s', (path, volume) => {
  expect(volumeOf(path)).toBe(volume);
});

it.each(['/usr/bin/run', '/database/run', '/data', '/usr/local/bin/tool', '/usr/local/bin/tools', '/run'])(
  '%s lies on none',
  (path) => {
    expect(volumeOf(path)).toBeUndefined();
  },
);

it('knows none of a container without mounts', () => {
  expect(volumeOf('/data/run', [])).toBeUndefined();
});
