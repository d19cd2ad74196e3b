const seen = new Uint16Array(256);

/**
 * Shannon entropy of the characters of a text times its length, in bits: how much is in it. `www` has little, 40 random
 * letters have some 150. Characters beyond Latin-1 count by their low byte.
 */
export function textEntropy(text: string): number {
  const { length } = text;
  if (length < 2) return 0;
  for (let i = 0; i < length; i++) {
    const at = text.charCodeAt(i) & 255;
    seen[at] = (seen[at] as number) + 1;
  }
  let bits = 0;
  for (let i = 0; i < length; i++) {
    const at = text.charCodeAt(i) & 255;
    const count = seen[at] as number;
    if (count === 0) continue;
    seen[at] = 0;
    bits -= count * Math.log2(count / length);
  }
  return bits;
}

/** The entropy of the label of a DNS name that has most of it. */
export function labelEntropy(name: string): number {
  let most = 0;
  for (const label of name.split('.')) most = Math.max(most, textEntropy(label));
  return most;
}

/** The entropy of the last component of a path. */
export const fileEntropy = (path: string): number => textEntropy(path.slice(path.lastIndexOf('/') + 1));
