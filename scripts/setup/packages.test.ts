import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { howToInstall } from './install.ts';
import { isStaticElf, missingPackages, PACKAGES } from './packages.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-packages-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = (path: string) => missingPackages('check', path).map((needed) => needed.name);

describe('missingPackages', () => {
  it('finds a program by its whole name, executable, in any folder of the path', () => {
    const tool = join(folder, 'clang-format');
    writeFileSync(join(folder, 'clang-format-diff'), '');
    chmodSync(join(folder, 'clang-format-diff'), 0o755);
    const found = (path: string) => PACKAGES.check[0]?.present(path);
    expect(found(folder)).toBe(false);
    writeFileSync(tool, '');
    chmodSync(tool, 0o644);
    if (process.getuid?.() !== 0) expect(found(folder)).toBe(false);
    chmodSync(tool, 0o755);
    expect(found(`/nowhere:${folder}`)).toBe(true);
    expect(names(folder)).toEqual([]);
  });
});

describe('howToInstall', () => {
  it('names every package, why, and the command', () => {
    const text = howToInstall(PACKAGES.demo);
    for (const needed of PACKAGES.demo) expect(text).toContain(`${needed.name}`);
    expect(text).toMatch(/apt-get install .*clang .*libbpf-dev .*runc busybox-static$/);
  });
});

describe('isStaticElf', () => {
  it('tells a static program from a dynamic one, a text and nothing', () => {
    const text = join(folder, 'text');
    writeFileSync(text, '#!/bin/sh\necho this is a script that is longer than an ELF header is, by far\n');
    expect(isStaticElf('/bin/busybox')).toBe(true);
    expect(isStaticElf('/bin/ls')).toBe(false);
    expect(isStaticElf(text)).toBe(false);
    expect(isStaticElf(join(folder, 'none'))).toBe(false);
  });
});
