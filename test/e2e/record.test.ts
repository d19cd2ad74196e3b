import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from '../../sdk/cli/src/run.ts';
import { allAlerts } from '../support/alerts.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const RULE = `
- rule: key read
  desc: a file named like a key of the story was read
  condition: evt.type in (open, openat) and evt.is_open_read=true and fd.name = /tmp/key-of-the-story
  output: read %fd.name
  priority: WARNING
`;

let folder: string;
let stack: Stack;
let container: TestContainer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-record-'));
  writeFileSync(join(folder, 'rules.yaml'), RULE);
  stack = await startStack({ rules: join(folder, 'rules.yaml') });
  container = await startContainer({ name: 'recorded', image: 'registry.example/story:1', args: ['sleep', '3600'] });
});
afterEach(async () => {
  await container?.remove();
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const keyReads = async () => (await allAlerts(stack)).filter((alert) => alert.rule === 'key read');

it('records an act in a container that ran before, and the replay names container and ancestors', async () => {
  const file = join(folder, 'act.pkcap');
  const config = {
    data: stack.nats.folder,
    natsUrl: stack.nats.url,
    seedFile: undefined,
    loginFile: join(folder, 'login.json'),
  };
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const stop = new AbortController();
  await waitFor('batches of the container', async () => (/ready/.test(stack.agent?.log() ?? '') ? true : undefined));
  const recording = run(['record', file], config, { out: say, note: say, signal: stop.signal });
  await waitFor('the recording', () => (lines.join().includes('recording; Ctrl-C') ? true : undefined));
  expect((await container.exec(['sh', '-c', 'echo k > /tmp/key-of-the-story; cat /tmp/key-of-the-story'])).code).toBe(
    0,
  );
  await waitFor('the alert', async () => ((await keyReads()).length > 0 ? true : undefined));
  stop.abort();
  expect(await recording).toBe(0);
  expect(lines.join('\n')).not.toMatch(/came before a description|no snapshot came/);

  const replay = { out: say, note: say, signal: new AbortController().signal };
  expect(await run(['replay', file, '--speed', 'full'], config, replay)).toBe(0);
  const again = await waitFor('the alert of the replay', async () =>
    (await keyReads()).find(({ hostname }) => hostname.endsWith('-replay')),
  );
  const [first] = (await keyReads()).filter(({ hostname }) => !hostname.endsWith('-replay'));
  expect(again.container).toEqual(first?.container);
  expect(again.container).toMatchObject({ name: 'recorded', image: 'registry.example/story:1' });
  expect(again.process?.ancestors.map(({ name }) => name)).toEqual(first?.process?.ancestors.map(({ name }) => name));
  expect(again.evidence).toMatchObject({ metadata: 'complete', lost: [] });
}, 120_000);
