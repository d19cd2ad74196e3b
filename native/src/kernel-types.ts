import { addon } from './addon.ts';
import type { StructLayout } from './struct-layout.ts';

/**
 * Whether the running kernel knows a type of any sort (struct, typedef, function ...) by this name. A tracepoint
 * `x` that `tp_btf` can use shows as the type `btf_trace_x`.
 * @throws NativeError BTF_NOT_FOUND when the kernel has no type information
 */
export function vmlinuxHasType(name: string): boolean {
  return addon().vmlinuxHasType(name);
}

/**
 * The layout of a struct or union of the running kernel.
 * @throws NativeError BTF_NOT_FOUND
 */
export function structLayout(name: string): StructLayout {
  return addon().vmlinuxStructLayout(name);
}
