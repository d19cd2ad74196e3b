/** Numbers as people write them. */

const BYTES = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** At most three digits that matter; whole numbers below 10 000 as they are. */
export function countText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) < 10_000) return String(Number(value.toFixed(Number.isInteger(value) ? 0 : 1)));
  if (Math.abs(value) < 999_500) return `${shortened(value / 1000)} thousand`;
  return `${shortened(value / 1_000_000)} million`;
}

/** Powers of 1000: "48 MB". */
export function bytesText(value: number): string {
  let [scaled, power] = [value, 0];
  while (Math.abs(scaled) >= 999.5 && power < BYTES.length - 1) {
    scaled /= 1000;
    power++;
  }
  return `${power === 0 ? String(Math.round(scaled)) : shortened(scaled)} ${BYTES[power]}`;
}

export const secondsText = (value: number): string =>
  Math.abs(value) < 1 ? `${shortened(value * 1000)} ms` : `${shortened(value)} s`;

export const bitsText = (value: number): string => `${shortened(value)} bits`;

export const shareText = (value: number): string => `${Math.round(value * 100)} %`;

const shortened = (value: number): string =>
  Math.abs(value) >= 99.95
    ? String(Math.round(value))
    : String(Number(value.toFixed(Math.abs(value) >= 9.995 ? 1 : 2)));
