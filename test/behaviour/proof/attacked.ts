import type { BehaviourProgram } from '../../../control-plane/src/detection/anomaly/engine/behaviour-program.ts';
import { type AttackSpan, readTruth } from '../truth.ts';
import { placesOf, together } from './benign.ts';
import { replay } from './replay.ts';
import { rollCall } from './roll-call.ts';
import { Trial } from './trial.ts';
import { concerns, type Verdict, verdictOf } from './verdict.ts';

/** After an attack, until windows that hold it are over. */
const TAIL_MS = 63_000;
const MINUTE_MS = 60_000;
/** A window of a minute is over for certain so long after the turn. */
const CLOSED_MS = 5000;

/**
 * Judges each attack by itself: an engine of its own sees the container from its beginning and judges it during the attack and
 * the minute after. In one engine an attack would keep quiet the ones that follow it too soon: what was told is not told again
 * at once, and nobody attacks one container forty times an hour. For the same reason, where the window of a minute in which an
 * attack begins holds some of another one, a second engine judges from the end of that window on.
 */
export async function judgeAttacks(folder: string, program: BehaviourProgram): Promise<Verdict[]> {
  const { attacks } = readTruth(`${folder}/truth.json`);
  const roll = await rollCall(folder);
  const judged = attacks
    .filter(({ done }) => done)
    .map((attack) => {
      const places = placesOf(roll, (name) => attack.shows.includes(name));
      const begins = beginsOf(attack, attacks);
      return { attack, trials: begins.map((from) => new Trial(program, places, from, attack.to + TAIL_MS)) };
    });
  await replay(folder, together(judged.flatMap(({ trials }) => trials)));
  return judged.map(({ attack, trials }) => {
    const [first] = trials as [Trial];
    const told = trials.flatMap((trial) => trial.told);
    const { held } = first.engine.stats;
    return { ...verdictOf(attack, attacks, told), held, strangest: first.strangest(attack.from, attack.to) };
  });
}

function beginsOf(attack: AttackSpan, all: readonly AttackSpan[]): number[] {
  const minute = Math.floor(attack.from / MINUTE_MS) * MINUTE_MS;
  const isShared = all.some(
    (other) =>
      other.id !== attack.id &&
      other.to > minute &&
      other.from < attack.from &&
      attack.shows.some((name) => concerns(other, name)),
  );
  return isShared ? [attack.from, minute + MINUTE_MS + CLOSED_MS] : [attack.from];
}
