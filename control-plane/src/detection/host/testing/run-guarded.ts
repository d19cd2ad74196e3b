import { FUEL_EXPORT } from '../guard/detector-world.ts';
import { hostStubs } from './host-stubs.ts';

/** A guarded module as an instance whose functions can be called by name. */
export interface RunningGuest {
  fuel: bigint;
  call(name: string, ...values: (number | bigint)[]): unknown;
}

/** Instantiates a guarded module with host functions that do nothing. */
export function runGuarded(bytes: Uint8Array): RunningGuest {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), hostStubs());
  const fuel = exports[FUEL_EXPORT];
  if (!(fuel instanceof WebAssembly.Global)) throw new TypeError('the module has no fuel');
  return {
    get fuel() {
      return BigInt(fuel.value);
    },
    set fuel(value) {
      fuel.value = value;
    },
    call(name, ...values) {
      const found = exports[name];
      if (typeof found !== 'function') throw new TypeError(`the module has no function ${name}`);
      return found(...values);
    },
  };
}

/** Calls all that a host would call, each with some fuel. A trap is an answer too: every other error is thrown. */
export function runAll(bytes: Uint8Array, fuel: bigint): void {
  const guest = runGuarded(bytes);
  const calls: readonly (readonly [string, ...(number | bigint)[]])[] = [
    ['_initialize'],
    ['cabi_realloc', 0, 0, 8, 64],
    ['init', 64, 8],
    ['onbatch', 64, 256],
    ['ontick', 5n],
  ];
  for (const [name, ...values] of calls) {
    guest.fuel = fuel;
    try {
      guest.call(name, ...values);
    } catch (error) {
      if (error instanceof TypeError && name === '_initialize') continue;
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    }
  }
}
