import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CaptureWriter, checkCapture, readCapture } from './capture-file.ts';
import { testBatch } from './test-batch.ts';

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
  await (finish ? writer.finish() : writer.abandon());
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
  });

  it('is not replaced unless that is asked for', async () => {
    await write();
    await expect(CaptureWriter.create(file, false)).rejects.toThrow(/exists: choose another name, or give --force/);
    await (await CaptureWriter.create(file, true)).finish();
    expect(await read()).toEqual({ count: 0, code: undefined });
  });
});

describe('checkCapture', () => {
  it('refuses a capture that ends early, unless that will do', async () => {
    await write(false);
    await expect(checkCapture(file)).rejects.toThrow(/its 20 whole messages were read.*--partial/);
    await checkCapture(file, { partial: true });
  });

  it('refuses one that was changed in its last message, and events of a later schema', async () => {
    await write();
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
    writeFileSync(file, bytes);
    for (const partial of [false, true])
      await expect(checkCapture(file, { partial })).rejects.toMatchObject({ code: 'CAPTURE_CORRUPT' });
    const writer = await CaptureWriter.create(file, true);
    const batch = testBatch([]);
    new DataView(batch.buffer).setUint16(4, 9, true);
    await writer.add({ subject: 'x', time: 1, batch });
    await writer.finish();
    await expect(checkCapture(file)).rejects.toMatchObject({ code: 'BATCH_SCHEMA_UNSUPPORTED' });
  });

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
