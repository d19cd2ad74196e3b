import { HOST_FUNCTIONS, HOST_MODULE } from '../guard/detector-world.ts';

/** Imports for any guarded module: each host function does nothing and gives 0. */
export function hostStubs(): WebAssembly.Imports {
  const functions = [...HOST_FUNCTIONS].map(([name, { signature }]) => [
    name,
    () => (signature.endsWith('l') ? 0n : 0),
  ]);
  return { [HOST_MODULE]: Object.fromEntries(functions) };
}
