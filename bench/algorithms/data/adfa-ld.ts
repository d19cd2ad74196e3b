import { randomFrom, shuffled } from '../random.ts';
import type { Dataset, Sample, Split } from '../sample.ts';
import { traceWindow } from './count-window.ts';
import { DataError } from './data-error.ts';
import type { DataFile } from './file-tree.ts';

const TRAIN = /(^|\/)Training_Data_Master\/[^/]+\.txt$/;
const VALIDATION = /(^|\/)Validation_Data_Master\/[^/]+\.txt$/;
const ATTACK = /(^|\/)Attack_Data_Master\/([A-Za-z_]+)_(\d+)\/[^/]+\.txt$/;
const HIGHEST_CALL = 0xffff;
/** Of the training traces, those that only choose thresholds. */
const CALIBRATION_SHARE = 0.2;

/** How the traces are taken. */
export interface AdfaOptions {
  /** Leave out traces that are there twice, and ordinary test traces that are training traces too. */
  readonly distinct: boolean;
}

/** Whether these files are laid out like ADFA-LD. */
export const isAdfa = (files: readonly DataFile[]): boolean =>
  [TRAIN, VALIDATION, ATTACK].every((pattern) => files.some(({ path }) => pattern.test(path)));

/**
 * ADFA-LD (Creech and Hu 2013): traces of system call numbers of an Ubuntu 11.04 server, 833 to train, 4372 of ordinary
 * work to test, 746 of six kinds of attacks. A trace is a sample and a run of its own.
 * @throws DataError for a trace that is not a list of numbers
 */
export function adfaLd(files: readonly DataFile[], { distinct }: AdfaOptions): Dataset {
  const read = (pattern: RegExp) => files.flatMap((file) => (pattern.test(file.path) ? [traceOf(file)] : []));
  const [train, validation, attacks] = [read(TRAIN), read(VALIDATION), read(ATTACK)];
  if (!distinct) return dataset('ADFA-LD', train, [...validation, ...attacks], []);
  const once = { train: unique(train), validation: unique(validation), attacks: unique(attacks) };
  const known = new Set(once.train.map(textOf));
  const ordinary = once.validation.filter((sample) => !known.has(textOf(sample)));
  const both = new Set(once.attacks.map(textOf));
  const ambiguous = ordinary.filter((sample) => both.has(textOf(sample))).length;
  return dataset(
    'ADFA-LD without duplicates',
    once.train,
    [...ordinary, ...once.attacks],
    [
      `left out as duplicates: ${train.length - once.train.length} training traces, ${validation.length - once.validation.length} of the ordinary test traces, ${attacks.length - once.attacks.length} attack traces; ${once.validation.length - ordinary.length} more ordinary test traces that are training traces too`,
      `${ambiguous} traces are both ordinary and attack; they are kept on both sides, nobody can tell them apart`,
    ],
  );
}

function dataset(name: string, train: readonly Sample[], test: readonly Sample[], notes: readonly string[]): Dataset {
  const attacks = test.filter(({ attack }) => attack !== undefined).length;
  return {
    name,
    notes: [
      `${train.length} training traces, ${test.length - attacks} ordinary and ${attacks} attack traces to test`,
      ...notes,
    ],
    sequences: true,
    split: (seed) => splitOf(train, test, seed),
  };
}

/** Equal training traces stay on one side, so that none is both learned from and used to choose a threshold. */
function splitOf(train: readonly Sample[], test: readonly Sample[], seed: number): Split {
  const texts = shuffled([...new Set(train.map(textOf))], randomFrom(seed));
  const held = new Set(texts.slice(0, Math.round(texts.length * CALIBRATION_SHARE)));
  return {
    train: train.filter((sample) => !held.has(textOf(sample))),
    calibration: train.filter((sample) => held.has(textOf(sample))),
    test,
  };
}

function traceOf(file: DataFile): Sample {
  const words = file.read().toString('latin1').trim().split(/\s+/);
  const sequence = Uint16Array.from(words, (word, at) => {
    if (!/^\d{1,5}$/.test(word) || Number(word) > HIGHEST_CALL) {
      const told = JSON.stringify(word.slice(0, 20));
      throw new DataError(
        'DATA_MALFORMED',
        `${file.path}: word ${at + 1} is ${told}; a trace is numbers of system calls`,
      );
    }
    return Number(word);
  });
  return {
    run: file.path,
    workload: 'server',
    attack: ATTACK.exec(file.path)?.[2],
    sequence,
    window: traceWindow(sequence),
  };
}

const textOf = ({ sequence }: Sample): string => sequence?.join(' ') ?? '';

/** The first of each equal ones. */
function unique(samples: readonly Sample[]): Sample[] {
  return [...new Map(samples.toReversed().map((sample) => [textOf(sample), sample])).values()].reverse();
}
