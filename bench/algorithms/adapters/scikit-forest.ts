import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Algorithm } from '../algorithm.ts';
import type { Sample } from '../sample.ts';
import { VectorSpace } from '../vectors.ts';

const PYTHONS = ['python3', '/usr/bin/python3'];
const SCRIPT = fileURLToPath(new URL('scikit-forest.py', import.meta.url));

/** scikit-learn's IsolationForest on counts, in a Python of its own that is fed by a file. */
export const scikitForest: Algorithm = {
  name: 'scikit-learn forest on counts',
  paper: 'Liu, Ting, Zhou 2008',
  input: 'counts',
  fit: (train, seed) => {
    const space = new VectorSpace(train);
    let told: Told | undefined;
    return {
      // Known once it has answered: fitting and scoring are one question.
      get bytes() {
        return told?.bytes ?? 0;
      },
      get times() {
        return told;
      },
      score: (samples) => {
        const answer = askPython({ space, train, test: samples, seed });
        told = answer.told;
        return answer.scores;
      },
    };
  },
};

/** Why it can not run here, as a line for people; undefined when it can. */
export function missingScikit(): string | undefined {
  return python() === undefined
    ? 'scikit-learn was left out: no python3 with sklearn was found (Debian: apt install python3-sklearn)'
    : undefined;
}

/** The first Python that has it: the one in the path may be another than the one that Debian packages are for. */
function python(): string | undefined {
  found ??= PYTHONS.find((name) => spawnSync(name, ['-c', 'import sklearn'], { stdio: 'ignore' }).status === 0);
  return found;
}

let found: string | undefined;

interface Told {
  readonly bytes: number;
  readonly fitMs: number;
  readonly scoreMs: number;
}

interface Question {
  readonly space: VectorSpace;
  readonly train: readonly Sample[];
  readonly test: readonly Sample[];
  readonly seed: number;
}

function askPython({ space, train, test, seed }: Question): { told: Told; scores: Float64Array } {
  const folder = mkdtempSync(join(tmpdir(), 'picket-forest-'));
  try {
    const [question, answer] = [join(folder, 'question'), join(folder, 'answer')];
    const head = { train: train.length, test: test.length, columns: space.width, seed };
    const rows = [...train, ...test].map((sample) => Buffer.from(Float32Array.from(space.vector(sample)).buffer));
    writeFileSync(question, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...rows]));
    const { status, stderr } = spawnSync(python() ?? 'python3', [SCRIPT, question, answer], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`scikit-learn failed: ${stderr.trim().split('\n').at(-1) ?? 'no reason given'}`);
    return readAnswer(readFileSync(answer));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readAnswer(bytes: Buffer): { told: Told; scores: Float64Array } {
  const line = bytes.indexOf(10);
  const told = JSON.parse(bytes.toString('utf8', 0, line)) as Told;
  return { told, scores: new Float64Array(Uint8Array.from(bytes.subarray(line + 1)).buffer) };
}
