/** Alarms for each container and day: two digits that count. */
export const rateText = (perDay: number, locale: string): string =>
  perDay.toLocaleString(locale, { maximumSignificantDigits: 2 });

/** A digest as people tell it apart; a tag as it is. */
export function shortDigest(digest: string): string {
  const [, hash] = /^sha256:([0-9a-f]{12})/.exec(digest) ?? [];
  return hash ?? digest;
}

/** Whole hours, minutes below. */
export function spanText(seconds: number, locale: string): string {
  const [amount, unit] = seconds >= 5400 ? [seconds / 3600, 'hour'] : [seconds / 60, 'minute'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(
    amount,
  );
}
