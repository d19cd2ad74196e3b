import type { ProgramResult } from '../../support/container/run-program.ts';
import type { ExecOptions } from '../../support/container.ts';

/** How an intruder got to act. */
export type Entry =
  /** Through what the workload serves: a hole in a page, a query, a command of its protocol. No new way in is to be seen. */
  | 'service'
  /** By a program that was brought into the running container, as with stolen rights of an operator. */
  | 'exec'
  /** In what the workload is given to work on: a source, a script, a line of a timetable. */
  | 'supply';

/** What an attack can do to the shop. Every call is really done in its containers. */
export interface AttackScene {
  /** Runs a program in a container to its end. */
  exec(name: string, args: readonly string[], options?: ExecOptions): Promise<ProgramResult>;
  /** Runs a script with the shell of a container. */
  sh(name: string, script: string): Promise<ProgramResult>;
  /**
   * Runs JavaScript in the process of the app server, through a hole in one of its pages: `require`, `pool` (PostgreSQL),
   * `cache` (Redis) and `pause(ms)` are at hand.
   */
  app(code: string): Promise<ProgramResult>;
  /** Runs statements on the database, from another machine. */
  sql(role: 'shop' | 'postgres', ...statements: readonly string[]): Promise<ProgramResult>;
  /** Speaks to the cache, from another machine. */
  redis(...command: readonly string[]): Promise<ProgramResult>;
  /** Builds the tiny project once, in a container of its own. Answers what that printed. */
  build(): Promise<ProgramResult>;
  /** Writes a file in a container without any act in it, as a changed image or volume would. */
  plant(name: string, path: string, text: string): void;
  /** What a file in a container holds. */
  read(name: string, path: string): string;
  /** Puts a new container in the place of one, as engines do: nothing of the old one is left but its volumes. */
  restart(name: string): Promise<void>;
  /** Waits until some seconds after the next turn of a minute. */
  turnOfMinute(after: number): Promise<void>;
}

/** One attack. Its act takes some seconds to a minute. */
export interface Attack {
  readonly id: string;
  readonly title: string;
  /** ATT&CK technique. */
  readonly technique: string;
  readonly entry: Entry;
  /** Workloads in which it has to be found; one alarm in one of them is enough. */
  readonly shows: readonly string[];
  /** Others that it makes do unusual things, too: windows of them at that time say nothing about other attacks. */
  readonly touches?: readonly string[];
  /** Answers code 0 when it has really been done. */
  act(scene: AttackScene): Promise<ProgramResult>;
  /** Takes back what would change the attacks after it. */
  after?(scene: AttackScene): Promise<unknown>;
}
