import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CaptureWriter, checkCapture, readCapture } from './capture-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-capture-'));
  file = join(folder, 'one.cap');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const messages = Array.from({ length: 20 }, (_, i) => ({
  subject: `picket.events.${i}.x`,
  time: 1000 + i,
  batch: new Uint8Array(50_000).fill(i),
}));

async function write(finish = true): Promise<void> {
  const writer = await CaptureWriter.create(file, false);
  for (const message of messages) await writer.add(message);
  expect(writer.bytes).toBeGreaterThan(1_000_000);
  if (finish) await writer.finish();
}

async function read(): Promise<{ count: number; code: string | undefined }> {
  let count = 0;
  try {
    for await (const message of readCapture(file)) expect(message).toEqual(messages[count++]);
    return { count, code: undefined };
  } catch (error) {
    return { count, code: (error as { code: string }).code };
  }
}

describe('a capture file', () => {
  it('gives back what was written, for its owner only', async () => {
    await write();
    expect(await read()).toEqual({ count: 20, code: undefined });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await checkCapture(file);
  });

  it('gives what it has when it was not finished, or cut', async () => {
    await write(false);
    expect(await read()).toEqual({ count: 20, code: 'CAPTURE_TRUNCATED' });
    writeFileSync(file, readFileSync(file).subarray(0, 520_000));
    expect(await read()).toEqual({ count: 10, code: 'CAPTURE_TRUNCATED' });
    await checkCapture(file);
  });

  it('is not replaced unless that is asked for', async () => {
    await write();
    await expect(CaptureWriter.create(file, false)).rejects.toThrow(/exists: choose another name, or give --force/);
    await (await CaptureWriter.create(file, true)).finish();
    expect(await read()).toEqual({ count: 0, code: undefined });
  });
});

describe('checkCapture', () => {
  it('refuses files that are none, folders and files that are missing', async () => {
    for (const text of ['', 'PKC', 'something else that is longer']) {
      writeFileSync(file, text);
      await expect(checkCapture(file), text).rejects.toMatchObject({ code: 'CAPTURE_NOT_A_CAPTURE' });
    }
    writeFileSync(file, 'PKCAP\0\x63\0 and more');
    await expect(checkCapture(file)).rejects.toMatchObject({ code: 'CAPTURE_VERSION' });
    await expect(checkCapture(folder)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(checkCapture(join(folder, 'none'))).rejects.toThrow(/none can not be read: ENOENT/);
    await expect(CaptureWriter.create(join(folder, 'no/such'), false)).rejects.toThrow(/can not be written: ENOENT/);
  });
});
