/** Rows one behind the other: row r has its values at r * columns to (r + 1) * columns. */
export interface Rows {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Most rows that a tree is made of, so that its nodes are near enough to one another. */
export const MAX_SAMPLE = 16_384;

/** Largest number of columns that a node can name. */
export const MAX_COLUMNS = 32_767;

/**
 * Isolation trees as arrays. Nodes of a tree lie in the order of a walk that goes left first: the left child of a node is
 * the next one.
 */
export interface FlatForest {
  readonly columns: number;
  /** Rows that each tree was made of. */
  readonly sample: number;
  /** First node of each tree. */
  readonly roots: Uint32Array;
  /** Column that a node asks for; -1 for a leaf. */
  readonly feature: Int16Array;
  /** Values below it go left. Of a leaf: its depth and what is still expected below it. */
  readonly value: Float32Array;
  /** How far behind a node its right child is. Of a leaf: rows that ended in it. */
  readonly right: Uint16Array;
}
