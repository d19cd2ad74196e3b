import type { BehaviourProgram } from '../../../control-plane/src/detection/anomaly/engine/behaviour-program.ts';
import { readTruth } from '../truth.ts';
import { placesOf, together } from './benign.ts';
import { replay } from './replay.ts';
import { rollCall } from './roll-call.ts';
import { Trial } from './trial.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** From so long before an attack on its engine judges: windows that ended before it are none of it. */
const LEAD_MS = 0;
/** After it, until windows that hold it are over. */
const TAIL_MS = 63_000;

/**
 * Judges each attack by itself: an engine of its own sees the container from its beginning and judges it during the attack and
 * the minute after. In one engine an attack would keep quiet the ones that follow it too soon: what was told is not told again
 * at once, and nobody attacks one container forty times an hour.
 */
export async function judgeAttacks(folder: string, program: BehaviourProgram): Promise<Verdict[]> {
  const { attacks } = readTruth(`${folder}/truth.json`);
  const roll = await rollCall(folder);
  const done = attacks.filter((attack) => attack.done);
  const trials = done.map(({ shows, from, to }) => {
    const places = placesOf(roll, (name) => shows.includes(name));
    return new Trial(program, places, from - LEAD_MS, to + TAIL_MS);
  });
  await replay(folder, together(trials));
  return done.map((attack, i) => {
    const trial = trials[i] as Trial;
    const { held } = trial.engine.stats;
    return { ...verdictOf(attack, attacks, trial.told), held, strangest: trial.strangest(attack.from, attack.to) };
  });
}
