/** The middle of u32 numbers, the upper one of two; they are put in order where they stand. For a few dozen of them. */
export function medianOf(values: usize, count: i32): u32 {
  if (count <= 0) return 0;
  for (let i = 1; i < count; i++) {
    const value = load<u32>(values + (<usize>i << 2));
    let k = i;
    for (; k > 0 && load<u32>(values + (<usize>(k - 1) << 2)) > value; k--)
      store<u32>(values + (<usize>k << 2), load<u32>(values + (<usize>(k - 1) << 2)));
    store<u32>(values + (<usize>k << 2), value);
  }
  return load<u32>(values + (<usize>(count >> 1) << 2));
}
