import { Button, Loader, Tabs } from '@mantine/core';
import type { Alert } from '@picket/sdk';
import { PicketApiError } from '@picket/sdk/client';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { AlertFilter } from '../alerts/filter.ts';
import { client } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useLiveSnapshot } from '../api/live-context.tsx';
import type { Messages } from '../i18n/en.ts';
import { useLanguage } from '../i18n/language.tsx';
import css from './alert-detail.module.css';
import { DetailHead } from './detail-head.tsx';
import { DetailTools } from './detail-tools.tsx';
import { FieldsTable } from './fields-table.tsx';
import { Overview } from './overview.tsx';
import { RawJson } from './raw-json.tsx';

interface AlertDetailProps {
  uuid: string;
  /** The alert as the list has it; nothing when it is not in the list. */
  known: Alert | undefined;
  /** True when the panel covers the page instead of standing beside the list. */
  cover: boolean;
  onClose: () => void;
  /** Opens the neighbour; undefined when there is none in that direction. */
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
  onFilter: (change: Partial<AlertFilter>) => void;
}

type TabName = keyof Messages['detail']['tabs'];

/** Everything about one alert. */
export function AlertDetail({ uuid, known, cover, onClose, onPrevious, onNext, onFilter }: AlertDetailProps) {
  const { text } = useLanguage();
  const { alert, error, reload } = useAlert(uuid, known);
  const [tab, setTab] = useState<TabName>('overview');
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    // Beside the list the focus stays on the row, so that j and k go on; in front of it the panel is all there is.
    if (cover) panel.current?.focus();
  }, [cover]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another alert begins at its top
  useEffect(() => {
    // In braces: new browsers answer scrollTo with a promise, which React would take for a clean-up function.
    panel.current?.scrollTo({ top: 0 });
  }, [uuid]);
  return (
    <section
      ref={panel}
      className={css.panel}
      data-cover={cover || undefined}
      tabIndex={-1}
      aria-label={text.detail.title}
    >
      <DetailTools uuid={uuid} cover={cover} onClose={onClose} onPrevious={onPrevious} onNext={onNext} />
      {alert ? (
        <Body key={uuid} alert={alert} tab={tab} onTab={setTab} onFilter={onFilter} />
      ) : (
        <Pending error={error} reload={reload} />
      )}
    </section>
  );
}

/** The newest revision of an alert: of the list, of the stream, or loaded when neither has it. */
function useAlert(uuid: string, known: Alert | undefined) {
  const live = useLiveSnapshot().received.get(uuid)?.alert;
  const query = useQuery({
    queryKey: keys.alert(uuid),
    queryFn: ({ signal }) => client.alerts.get(uuid, { signal }),
  });
  const [newest] = [query.data, known, live]
    .filter((alert) => alert !== undefined)
    .sort((a, b) => b.revision - a.revision);
  return { alert: newest, error: query.error, reload: () => void query.refetch() };
}

interface BodyProps {
  alert: Alert;
  /** Kept from alert to alert: who compares fields does not want to choose them each time. */
  tab: TabName;
  onTab: (tab: TabName) => void;
  onFilter: AlertDetailProps['onFilter'];
}

function Body({ alert, tab, onTab, onFilter }: BodyProps) {
  const { text } = useLanguage();
  const tabs: readonly (readonly [key: TabName, content: () => ReactNode])[] = [
    ['overview', () => <Overview alert={alert} onFilter={onFilter} />],
    ['fields', () => <FieldsTable alert={alert} />],
    ['json', () => <RawJson alert={alert} />],
  ];
  return (
    <div className={css.body}>
      <DetailHead alert={alert} onFilter={onFilter} />
      <Tabs value={tab} onChange={(next) => onTab(next as TabName)} keepMounted={false}>
        <Tabs.List className={css.tabs ?? ''}>
          {tabs.map(([key]) => (
            <Tabs.Tab key={key} value={key}>
              {text.detail.tabs[key]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(([key, content]) => (
          <Tabs.Panel key={key} value={key}>
            {content()}
          </Tabs.Panel>
        ))}
      </Tabs>
    </div>
  );
}

function Pending({ error, reload }: { error: Error | null; reload: () => void }) {
  const { text } = useLanguage();
  if (!error) return <Loader className={css.pending ?? ''} aria-label={text.common.loading} />;
  const missing = error instanceof PicketApiError && (error.status === 404 || error.status === 400);
  return (
    <div className={css.pending} role="alert">
      <p>{missing ? text.detail.missing : text.detail.failed}</p>
      {!missing && (
        <Button variant="default" size="sm" onClick={reload}>
          {text.common.retry}
        </Button>
      )}
    </div>
  );
}
