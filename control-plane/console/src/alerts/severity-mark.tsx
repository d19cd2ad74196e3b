import type { Priority } from '@picket/sdk';
import { useLanguage } from '../i18n/language.tsx';
import { type SeverityLook, severityLook } from './severity.ts';
import css from './severity-mark.module.css';

/** One outline a look: the shape tells the level where colour does not. */
const SHAPES: Readonly<Record<SeverityLook, string>> = {
  critical: 'M5 1h6l4 4v6l-4 4H5l-4-4V5z',
  error: 'M8 .7 15.300 8 8 15.300.700 8z',
  warning: 'M8 1.300 15.300 14.300H.700z',
  notice: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z',
  info: 'M8 1.700a6.300 6.300 0 1 1 0 12.600A6.300 6.300 0 0 1 8 1.700z',
  debug: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
};

const SIGNS: Readonly<Record<SeverityLook, string>> = {
  critical: 'M8 4v5M8 11.800v.200',
  error: 'M8 4.500v4M8 11.300v.200',
  warning: 'M8 6v4M8 12.200v.100',
  notice: 'M8 7.300v4.200M8 4.600v.100',
  info: 'M8 7.300v4.200M8 4.600v.100',
  debug: '',
};

/** Shape, colour and name of a severity. */
export function SeverityMark({ priority }: { priority: Priority }) {
  const { text } = useLanguage();
  const look = severityLook(priority);
  return (
    <span className={css.mark} data-look={look} data-priority={priority} title={priority}>
      <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
        <path className={css.shape} d={SHAPES[look]} />
        <path className={css.sign} d={SIGNS[look]} />
      </svg>
      {text.priorities[priority]}
    </span>
  );
}
