/** One member of a struct or union. Members of unnamed inner structs and unions are listed as the outer one's own. */
export interface StructField {
  readonly name: string;
  /** How C spells the type, without const and the like: `__u64`, `char[16]`, `struct task_struct *`. */
  readonly type: string;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bytes; 0 for a type without a size, such as a flexible array of an unknown struct. */
  readonly size: number;
  /** For a bit field: the first bit within the byte at `offset`. */
  readonly bitOffset: number;
  /** For a bit field: how many bits; else 0. */
  readonly bitSize: number;
}

/** Where the compiler placed the members of a struct or union. */
export interface StructLayout {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly fields: readonly StructField[];
}
