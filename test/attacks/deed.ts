import type { TestContainer } from '../support/container.ts';

/** Something done in a container; answers how it went. */
export type Doing = (container: Pick<TestContainer, 'exec'>) => ReturnType<TestContainer['exec']>;

/** What one shipped rule is for, and a near miss of it. */
export interface Deed {
  readonly rule: string;
  /** Tells two deeds of one rule apart. */
  readonly title: string;
  /** Done for real in the container of the intruder; the rule must raise an alert of it. */
  readonly act: Doing;
  /** Fields by which the alert of this act is told from those of other acts, and their values. */
  readonly shows: Readonly<Record<string, string | RegExp>>;
  /** Name of the process that did it. */
  readonly process: string | RegExp;
  /** Names of its ancestors, the parent first; the container runtime may come behind them. */
  readonly ancestors: readonly string[];
  /** Ordinary work as close to the act as can be. Must succeed, for one that does not happen proves nothing. */
  readonly twin: Doing;
}

/** Runs a script with the shell of the container. */
export const sh =
  (script: string): Doing =>
  (container) =>
    container.exec(['sh', '-c', script]);

/** Runs a program without a shell. */
export const program =
  (...args: readonly string[]): Doing =>
  (container) =>
    container.exec(args);

/** Ports of the servers of both containers. */
export const PORTS = { web: 8080, data: 6379, java: 8090, build: 8091 } as const;

/** Asks a server of the container for a page; `run` is a command that the servers with a hole run with a shell. */
export const ask = (port: number, run?: string): Doing => program('wget', '-q', '-O', '/dev/null', address(port, run));

/** The same as a line for a shell. */
export const askLine = (port: number, run: string): string => `wget -q -O /dev/null '${address(port, run)}'`;

const address = (port: number, run?: string): string =>
  `http://127.0.0.1:${port}${run === undefined ? '/' : `/run?${encodeURIComponent(run)}`}`;
