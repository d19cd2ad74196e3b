/** What a detector has found, as it said it: nothing here is checked but that it can be read. */
export interface GuestFinding {
  readonly title: string;
  /** 0 emergency to 7 debug. */
  readonly severity: number;
  readonly message: string;
  /** Number of the record in the batch; undefined when no single event is the cause. */
  readonly event: number | undefined;
  /** 0 for none. */
  readonly slot: number;
  readonly groupKey: string;
  readonly fields: readonly (readonly [string, string])[];
}

/** Times are CLOCK_BOOTTIME in ns. */
export interface GuestProcess {
  readonly tgid: number;
  readonly start: bigint;
  readonly parentTgid: number;
  readonly parentStart: bigint;
  readonly uid: number;
  readonly slot: number;
  readonly name: string;
  readonly exepath: string;
  readonly cmdline: string;
}

export interface GuestContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly namespace: string;
  readonly pod: string;
}

/**
 * What a detector may call. A function that is left out is not granted: a module that imports it is not linked. None of them may
 * call the instance again.
 */
export interface HostFunctions {
  emit(finding: GuestFinding): void;
  /** level: 0 debug, 1 info, 2 warning, 3 error; other numbers count as 3. */
  log(level: number, message: string): void;
  now(): bigint;
  stateget?(key: string): Uint8Array | undefined;
  /** False when the store is full. The bytes are a copy. */
  stateput?(key: string, value: Uint8Array): boolean;
  process?(tgid: number, start: bigint): GuestProcess | undefined;
  container?(slot: number): GuestContainer | undefined;
  propose?(action: string, target: string, reason: string): void;
}
