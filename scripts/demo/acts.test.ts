import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startContainer, type TestContainer } from '../../test/support/container.ts';
import { ATTACKS, BENIGN, METADATA_ADDRESS, WEB_PORT } from './acts.ts';

// An act that does not happen raises no alert and proves nothing: each is performed for real.

let container: TestContainer;
beforeAll(async () => {
  container = await startContainer({ name: 'acts', args: ['nginx', String(WEB_PORT)] });
  await container.addAddress(METADATA_ADDRESS);
});
afterAll(() => container.remove());

describe('ordinary work', () => {
  it.each(BENIGN)('$title', async ({ run }) => {
    expect(await run(container)).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

/** What the container says to the acts that can not succeed in it. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'asks the cloud for credentials': /Connection refused/,
  'looks for keys': /can't open '\/root\/.ssh\/id_rsa'/,
};

describe('the intruder', () => {
  it.each(ATTACKS)('$title', async ({ title, run }) => {
    const { code, stderr } = await run(container);
    expect(stderr).toMatch(REFUSED[title] ?? /^$/);
    expect(code).toBe(REFUSED[title] ? 1 : 0);
  });

  it('left its files behind', () => {
    const upper = (path: string) => join(container.rootfs, '../upper', path);
    expect(readdirSync(upper('usr/local/bin'))).toContain('busybox-update');
    expect(readFileSync(upper('etc/ld.so.preload'), 'utf8')).toBe('/tmp/hook.so\n');
    expect(readFileSync(upper('etc/cron.d/update'), 'utf8')).toContain('/tmp/busybox-x');
  });
});
