import { Button } from '@mantine/core';
import type { PagedList } from '../api/use-paged-list.ts';
import { useLanguage } from '../i18n/language.tsx';
import css from './layout.module.css';

interface PagedFootProps {
  list: PagedList<unknown>;
  /** What is said when the list could not be loaded. */
  failed: string;
  /** What the button for the next page says. */
  more: string;
}

/** Below a list: what went wrong, or the button that loads more. */
export function PagedFoot({ list, failed, more }: PagedFootProps) {
  const { text } = useLanguage();
  if (list.error) return <Failed text={failed} reload={list.reload} />;
  if (list.loading) return <p className={css.foot}>{text.common.loading}</p>;
  if (!list.more) return null;
  return (
    <div className={css.foot}>
      <Button variant="default" size="sm" loading={list.loadingMore} onClick={list.loadMore}>
        {more}
      </Button>
    </div>
  );
}

export function Failed({ text: message, reload }: { text: string; reload: () => void }) {
  const { text } = useLanguage();
  return (
    <div className={css.foot} role="alert">
      {message}
      <Button variant="default" size="sm" onClick={reload}>
        {text.common.retry}
      </Button>
    </div>
  );
}
