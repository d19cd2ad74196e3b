import type { ModelInfo } from '@picket/sdk/client';

/** Alarms for each container and day: two digits that count. */
export const rateText = (perDay: number, locale: string): string =>
  perDay.toLocaleString(locale, { maximumSignificantDigits: 2 });

/** Alarms for each container and day; before a day has passed how many in which time, since a rate of minutes says nothing. */
export function observedText(observed: NonNullable<ModelInfo['observed']>, locale: string): string {
  const { per_day, alarms, container_days } = observed;
  if (container_days >= 1) return rateText(per_day, locale);
  return `${alarms.toLocaleString(locale)} · ${spanText(container_days * 86_400, locale)}`;
}

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
