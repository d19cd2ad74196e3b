/** What an operator grants to a detector. Every detector has `observe`. */
export type Capability = 'observe' | 'state' | 'context' | 'respond';

export const HOST_MODULE = 'picket:detector/host@0.1.0';

/** Export that the guard adds: a mutable i64, what is left of the fuel. */
export const FUEL_EXPORT = 'picket_fuel';

/** Name under which the guard exports a mutable global of the guest. */
export const globalExport = (index: number | ''): string => `picket_g${index}`;

/** Value types of the core format by the letters that the signatures below use. */
export const VALUE_TYPES: Readonly<Record<string, number>> = { i: 0x7f, l: 0x7e };

/**
 * Parameters, then results: `i` is i32, `l` is i64. These are the forms that the canonical ABI gives the functions of
 * sdk/wit/detector.wit; a test compares them with what the component tools make of that file.
 */
export type Signature = `${string}:${string}`;

export interface HostFunction {
  readonly capability: Capability;
  readonly signature: Signature;
}

export const HOST_FUNCTIONS: ReadonlyMap<string, HostFunction> = new Map<string, HostFunction>([
  ['emit', { capability: 'observe', signature: 'iiiiiiiiiii:' }],
  ['log', { capability: 'observe', signature: 'iii:' }],
  ['now', { capability: 'observe', signature: ':l' }],
  ['stateget', { capability: 'state', signature: 'iii:' }],
  ['stateput', { capability: 'state', signature: 'iiii:i' }],
  ['process', { capability: 'context', signature: 'ili:' }],
  ['container', { capability: 'context', signature: 'ii:' }],
  ['propose', { capability: 'respond', signature: 'iiiiii:' }],
]);

export interface GuestFunction {
  readonly required: boolean;
  readonly signature: Signature;
}

/** Functions of a guest that stay exported; all others are closed. */
export const GUEST_FUNCTIONS: ReadonlyMap<string, GuestFunction> = new Map<string, GuestFunction>([
  ['cabi_realloc', { required: true, signature: 'iiii:i' }],
  ['init', { required: true, signature: 'ii:i' }],
  ['onbatch', { required: true, signature: 'ii:i' }],
  ['ontick', { required: true, signature: 'l:i' }],
  ['cabi_post_init', { required: false, signature: 'i:' }],
  ['cabi_post_onbatch', { required: false, signature: 'i:' }],
  ['cabi_post_ontick', { required: false, signature: 'i:' }],
  ['_initialize', { required: false, signature: ':' }],
]);
