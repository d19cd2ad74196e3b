import { Button, Skeleton } from '@mantine/core';
import { useLocation } from 'react-router';
import { useLiveSnapshot } from '../api/live-context.tsx';
import { useLanguage } from '../i18n/language.tsx';
import css from './alert-list.module.css';
import { AlertRow } from './alert-row.tsx';
import { EmptyState } from './empty-state.tsx';
import { FROM_LIST } from './from-list.ts';
import type { AlertList as List } from './use-alert-list.ts';

interface AlertListProps {
  list: List;
  openUuid: string | undefined;
  filtered: boolean;
  onClearFilter: () => void;
}

/** The rows, or what there is to say when there are none. */
export function AlertList({ list, openUuid, filtered, onClearFilter }: AlertListProps) {
  const { search, state } = useLocation();
  const { received } = useLiveSnapshot();
  if (list.shown.length === 0) {
    if (list.loading) return <Loading />;
    if (list.error) return <Failed reload={list.reload} />;
    return <EmptyState filtered={filtered} onClearFilter={onClearFilter} />;
  }
  return (
    <>
      <ul className={css.list} aria-busy={list.loading}>
        {list.shown.map((alert) => (
          <AlertRow
            key={alert.uuid}
            alert={alert}
            search={search}
            // An alert in place of another one takes over from where that was opened.
            state={openUuid === undefined ? FROM_LIST : state}
            openUuid={openUuid}
            fresh={received.has(alert.uuid)}
          />
        ))}
      </ul>
      <Foot list={list} />
    </>
  );
}

function Foot({ list }: { list: List }) {
  const { text } = useLanguage();
  if (list.error) return <Failed reload={list.reload} />;
  return (
    <div className={css.foot}>
      {list.more ? (
        <Button variant="default" size="sm" loading={list.loadingMore} onClick={list.loadMore}>
          {text.list.more}
        </Button>
      ) : (
        text.list.end
      )}
    </div>
  );
}

function Failed({ reload }: { reload: () => void }) {
  const { text } = useLanguage();
  return (
    <div className={css.foot} role="alert">
      {text.list.failed}
      <Button variant="default" size="sm" onClick={reload}>
        {text.common.retry}
      </Button>
    </div>
  );
}

function Loading() {
  const { text } = useLanguage();
  return (
    <div className={css.loading} role="status" aria-label={text.common.loading}>
      {[70, 55, 80, 60, 75].map((width) => (
        <div key={width} className={css.ghost}>
          <Skeleton height={14} width={`${width / 2}%`} />
          <Skeleton height={10} width={`${width}%`} />
        </div>
      ))}
    </div>
  );
}
