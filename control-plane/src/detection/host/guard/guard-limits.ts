/**
 * How large the parts of a detector may be. The engine itself takes far more (tables of ten million entries, 4 GB of
 * memory), and some of that ends the whole process.
 */
export interface GuardLimits {
  /** Bytes of the uploaded file. */
  readonly fileBytes: number;
  readonly types: number;
  /** Parameters, and results, of one function type. */
  readonly arity: number;
  readonly imports: number;
  readonly functions: number;
  /** Entries of the table of functions. */
  readonly tableEntries: number;
  /** Pages of 64 KiB that the memory may have at the start, and ever. */
  readonly memoryPages: number;
  readonly globals: number;
  readonly exports: number;
  /** Bytes of an export's or import's name. */
  readonly nameBytes: number;
  /** Segments of data, and of table entries. */
  readonly segments: number;
  readonly dataBytes: number;
  /** Bytes of all function bodies, and of one. */
  readonly codeBytes: number;
  readonly bodyBytes: number;
  /** Local variables of one function. */
  readonly locals: number;
  /** Loops and bulk copies of one function: each grows by its charge, and the engine's compiler works hard on loops. */
  readonly chargePoints: number;
  /** Blocks within blocks. */
  readonly nesting: number;
  /** Targets of one br_table. */
  readonly branchTargets: number;
}

export const DEFAULT_GUARD_LIMITS: GuardLimits = {
  fileBytes: 8 << 20,
  types: 2000,
  arity: 64,
  imports: 64,
  functions: 20_000,
  tableEntries: 20_000,
  memoryPages: 1024,
  globals: 1000,
  exports: 1000,
  nameBytes: 256,
  segments: 10_000,
  dataBytes: 4 << 20,
  codeBytes: 4 << 20,
  bodyBytes: 256 << 10,
  locals: 2000,
  chargePoints: 4000,
  nesting: 1000,
  branchTargets: 4000,
};
