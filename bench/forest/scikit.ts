import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataSet } from './data-sets.ts';

const SCRIPT = fileURLToPath(new URL('scikit_forests.py', import.meta.url));

/** A Python that has scikit-learn; the one in the path may not be the one that Debian packages are for. */
export const pythonWithScikit = (): string | undefined =>
  ['python3', '/usr/bin/python3'].find(
    (name) => spawnSync(name, ['-c', 'import sklearn'], { stdio: 'ignore' }).status === 0,
  );

export interface ScikitAnswer {
  /** Of each test row, higher is stranger. */
  readonly scores: Float64Array;
  readonly fitMs: number;
  readonly scoreMs: number;
}

/** What scikit-learn's IsolationForest says of each set, with 100 trees of up to 256 rows. */
export function askScikit(python: string, asked: readonly { set: DataSet; seed: number }[]): ScikitAnswer[] {
  const folder = mkdtempSync(join(tmpdir(), 'picket-forest-'));
  try {
    const [question, answer] = [join(folder, 'question'), join(folder, 'answer')];
    const heads = asked.map(({ set: { train, test, columns }, seed }) => ({
      ...{ train: train.length / columns, test: test.length / columns },
      ...{ columns, seed },
    }));
    const values = asked.flatMap(({ set: { train, test } }) => [bytesOf(train), bytesOf(test)]);
    writeFileSync(question, Buffer.concat([Buffer.from(`${JSON.stringify(heads)}\n`), ...values]));
    const { status, stderr } = spawnSync(python, [SCRIPT, question, answer], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`scikit-learn failed: ${stderr}`);
    return answersIn(readFileSync(answer), heads);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function answersIn(bytes: Buffer, heads: readonly { test: number }[]): ScikitAnswer[] {
  const end = bytes.indexOf('\n') + 1;
  const told = JSON.parse(bytes.toString('utf8', 0, end)) as { fitMs: number; scoreMs: number }[];
  const scores = new Float64Array(new Uint8Array(bytes.subarray(end)).buffer);
  let at = 0;
  return heads.map(({ test }, set) => {
    at += test;
    return { fitMs: told[set]?.fitMs ?? 0, scoreMs: told[set]?.scoreMs ?? 0, scores: scores.subarray(at - test, at) };
  });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
