import { useLanguage } from '../i18n/language.tsx';
import { clockTime, fullTime, parseTime, relativeTime } from './times.ts';
import { useNow } from './use-now.ts';

interface TimeTextProps {
  iso: string;
  form: 'relative' | 'clock' | 'full';
  className?: string | undefined;
}

/** A moment in the reader's words; the exact value is in the tooltip. */
export function TimeText({ iso, form, className }: TimeTextProps) {
  const { text, locale } = useLanguage();
  const tick = useNow();
  const time = parseTime(iso);
  // An alert may be younger than the last tick: it must not read as one of the future.
  const now = Math.max(tick, Math.min(time, Date.now()) || 0);
  const words =
    form === 'relative'
      ? relativeTime(time, now, locale, text.common.now)
      : form === 'clock'
        ? clockTime(time, now, locale)
        : fullTime(time, locale);
  return (
    <time dateTime={iso} title={`${fullTime(time, locale)} (${iso})`} className={className}>
      {words || iso}
    </time>
  );
}
