import type { WorkloadKey } from '../features/workload-key.ts';
import type { BehaviourProgram, LiveWorkload, WorkloadMark } from './behaviour-program.ts';

/** A program, ready to be asked for workloads. Made once for each program. */
export class ProgramIndex {
  readonly program: BehaviourProgram;
  readonly #live = new Map<string, LiveWorkload>();
  readonly #marks = new Map<string, WorkloadMark>();

  constructor(program: BehaviourProgram) {
    this.program = program;
    for (const workload of program.workloads) this.#live.set(nameOf(workload), workload);
    for (const mark of program.marks ?? []) this.#marks.set(nameOf(mark), mark);
  }

  live(name: Name): LiveWorkload | undefined {
    return this.#live.get(nameOf(name));
  }

  /** That of the newest reset; 0 where there was none. */
  epoch(name: Name): number {
    return this.#marks.get(nameOf(name))?.epoch ?? 0;
  }

  isPaused(name: Name): boolean {
    const key = nameOf(name);
    return this.#marks.get(key)?.paused === true || this.#live.get(key)?.paused === true;
  }
}

type Name = Pick<WorkloadKey, 'key' | 'digest'>;

/** One text for a workload under an image. */
export const nameOf = ({ key, digest }: Name): string => `${key}\0${digest}`;
