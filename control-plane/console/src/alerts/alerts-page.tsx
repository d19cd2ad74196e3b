import { useMediaQuery } from '@mantine/hooks';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useNavigate, useParams, useSearchParams } from 'react-router';
import { useLiveAlerts } from '../api/live-context.tsx';
import { useContainerNames, useRuleNames } from '../api/queries.ts';
import { AlertDetail } from '../detail/alert-detail.tsx';
import { useLanguage } from '../i18n/language.tsx';
import { HelpDialog } from '../shell/help-dialog.tsx';
import { AlertList } from './alert-list.tsx';
import css from './alerts-page.module.css';
import { type AlertFilter, filterCount, NO_FILTER, parseFilter, writeFilter } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { isFromList } from './from-list.ts';
import { LiveBar } from './live-bar.tsx';
import { useAlertList } from './use-alert-list.ts';
import { useListKeys } from './use-list-keys.ts';
import { useScrolled } from './use-scrolled.ts';

/** From this width on an open alert stands beside the list; below it, in front of it. */
const SPLIT = '(min-width: 1080px)';

const rowOf = (uuid: string) => document.querySelector<HTMLElement>(`[data-alert="${CSS.escape(uuid)}"]`);

const focusedRow = () =>
  document.activeElement instanceof HTMLElement ? document.activeElement.dataset.alert : undefined;

/** The list of alerts and, when the address names one, that alert. */
export function AlertsPage() {
  const { text } = useLanguage();
  const navigate = useNavigate();
  const location = useLocation();
  const { uuid } = useParams();
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => parseFilter(params), [params]);
  const list = useAlertList(filter);
  const live = useLiveAlerts();
  const [paused, setPaused] = useState(false);
  const [help, setHelp] = useState(false);
  const scrolled = useScrolled();
  const split = useMediaQuery(SPLIT, true, { getInitialValueInEffect: false });
  const searchRef = useRef<HTMLInputElement>(null);
  const containers = useContainerNames(list.shown.map((alert) => alert.container?.name ?? alert.container?.id ?? ''));
  const rules = useRuleNames(list.shown.map((alert) => alert.rule));

  useEffect(() => {
    live.hold(paused || scrolled);
  }, [live, paused, scrolled]);
  // On other pages nobody reads the list: nothing has to stand still.
  useEffect(() => () => live.release(), [live]);
  useEffect(() => {
    document.title = `${list.held > 0 ? `(${list.held}) ` : ''}${text.list.title} · ${text.brand}`;
  }, [list.held, text]);

  const setFilter = useCallback(
    (next: AlertFilter) => setParams((old) => writeFilter(next, old), { replace: true, preventScrollReset: true }),
    [setParams],
  );
  const open = (target: string) =>
    navigate({ pathname: `/alerts/${target}`, search: params.toString() }, { replace: true, state: location.state });
  const close = () => {
    if (!uuid) return;
    if (isFromList(location.state)) void navigate(-1);
    else void navigate({ pathname: '/alerts', search: params.toString() }, { replace: true });
    rowOf(uuid)?.focus({ preventScroll: true });
  };
  const neighbour = (current: string | undefined, step: 1 | -1): string | undefined => {
    const at = list.shown.findIndex((alert) => alert.uuid === current);
    return at < 0 ? (step === 1 ? list.shown[0]?.uuid : undefined) : list.shown[at + step]?.uuid;
  };
  const move = (step: 1 | -1) => {
    // The focus moves at once, the address a moment later: quick strokes count from the focused row.
    const next = neighbour(focusedRow() ?? uuid, step);
    if (!next) return;
    if (uuid) void open(next);
    if (uuid && !split) return;
    const row = rowOf(next);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  };
  const pause = () => setPaused(!paused);
  useListKeys({
    onMove: move,
    onClose: close,
    onSearch: () => searchRef.current?.focus(),
    onPause: pause,
    onHelp: () => setHelp(true),
  });

  const showNew = () => {
    live.release();
    if (paused) live.hold(true);
    window.scrollTo({ top: 0 });
  };
  return (
    <div className={css.page} data-open={uuid ? true : undefined}>
      <main className={css.main} id="content">
        <div className={css.top}>
          <FilterBar filter={filter} onChange={setFilter} rules={rules} containers={containers} searchRef={searchRef} />
          <LiveBar list={list} paused={paused} onPause={pause} onShowNew={showNew} />
        </div>
        <AlertList
          list={list}
          openUuid={uuid}
          filtered={filterCount(filter) > 0}
          onClearFilter={() => setFilter(NO_FILTER)}
        />
      </main>
      {uuid && (
        <AlertDetail
          uuid={uuid}
          known={list.shown.find((alert) => alert.uuid === uuid)}
          cover={!split}
          onClose={close}
          onPrevious={neighbour(uuid, -1) === undefined ? undefined : () => move(-1)}
          onNext={neighbour(uuid, 1) === undefined ? undefined : () => move(1)}
          onFilter={(change) => setFilter({ ...filter, ...change })}
        />
      )}
      <HelpDialog opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}
