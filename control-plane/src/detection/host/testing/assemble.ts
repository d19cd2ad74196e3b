import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';

/** The binary of a module or component in WebAssembly text. */
export const assemble = (text: string): Promise<Uint8Array> => parse(text);
