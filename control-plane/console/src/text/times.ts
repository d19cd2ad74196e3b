/** Milliseconds since 1970 of an ISO date with any number of fraction digits; NaN when it is none. */
export function parseTime(iso: string): number {
  return Date.parse(iso.replace(/(\.\d{3})\d+/, '$1'));
}

const STEPS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/** Making a formatter costs more than using it, and a long list shows thousands of times. */
const formatters = new Map<string, unknown>();

function cached<T>(name: string, make: () => T): T {
  const known = formatters.get(name) as T | undefined;
  if (known) return known;
  const made = make();
  formatters.set(name, made);
  return made;
}

/** Clocks of nodes and browser differ a little: what is this close counts as now. */
const NOW_MS = 5000;

/** How long ago `time` was, seen from `now` (both ms), such as `2 min. ago`; `nowText` for the last five seconds. */
export function relativeTime(time: number, now: number, locale: string, nowText: string): string {
  if (!Number.isFinite(time)) return '';
  const distance = time - now;
  if (Math.abs(distance) < NOW_MS) return nowText;
  const format = cached(`relative ${locale}`, () => new Intl.RelativeTimeFormat(locale, { style: 'short' }));
  for (const [unit, ms] of STEPS) {
    if (Math.abs(distance) >= ms) return format.format(Math.trunc(distance / ms), unit);
  }
  return nowText;
}

/** Local time of day, with the date when it is not the day of `now`. */
export function clockTime(time: number, now: number, locale: string): string {
  if (!Number.isFinite(time)) return '';
  const sameDay = new Date(time).toDateString() === new Date(now).toDateString();
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  const options = sameDay ? clock : ({ ...clock, month: 'short', day: 'numeric' } as const);
  return cached(`clock ${sameDay} ${locale}`, () => new Intl.DateTimeFormat(locale, options)).format(time);
}

/** Date, local time and zone. */
export function fullTime(time: number, locale: string): string {
  if (!Number.isFinite(time)) return '';
  const options = { dateStyle: 'medium', timeStyle: 'long', hourCycle: 'h23' } as const;
  return cached(`full ${locale}`, () => new Intl.DateTimeFormat(locale, options)).format(time);
}

const DURATIONS: readonly (readonly [unit: string, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
];

/** A duration in ns as one rounded unit, such as `2.3 sec`; below one ms it is `<1 ms`. */
export function durationText(ns: bigint, locale: string): string {
  const total = Number(ns) / 1e6;
  for (const [unit, ms] of DURATIONS) {
    if (total < ms) continue;
    const value = total / ms;
    return new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      maximumFractionDigits: value < 10 && unit !== 'millisecond' ? 1 : 0,
    }).format(value);
  }
  return '<1 ms';
}
