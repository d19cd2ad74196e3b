import { Loader, Tabs } from '@mantine/core';
import { type DetectorInfo, PicketApiError } from '@picket/sdk/client';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { isFromList } from '../alerts/from-list.ts';
import { useListKeys } from '../alerts/use-list-keys.ts';
import { useLiveFromNow } from '../api/live-context.tsx';
import { useWhoami } from '../api/queries.ts';
import type { Messages } from '../i18n/en.ts';
import { useLanguage } from '../i18n/language.tsx';
import { HelpDialog } from '../shell/help-dialog.tsx';
import { ActDialog } from './act-dialog.tsx';
import type { Act } from './acts.ts';
import { BacktestsTab } from './backtests-tab.tsx';
import { DetectorHead } from './detector-head.tsx';
import css from './detector-page.module.css';
import { FindingsTab } from './findings-tab.tsx';
import layout from './layout.module.css';
import { LogTab } from './log-tab.tsx';
import { Failed } from './paged-foot.tsx';
import { detectorRights } from './rights.ts';
import { useDetector } from './use-detectors.ts';
import { VersionsTab } from './versions-tab.tsx';

type TabName = keyof Messages['detectors']['tabs'];

/** One detector: its versions, what it found, what it logged, its backtests. */
export function DetectorPage() {
  const { text } = useLanguage();
  const { name = '' } = useParams();
  const query = useDetector(name);
  const navigate = useNavigate();
  const { state } = useLocation();
  const [help, setHelp] = useState(false);
  useLiveFromNow();
  useListKeys({
    onClose: () => void (isFromList(state) ? navigate(-1) : navigate('/detectors')),
    onHelp: () => setHelp(true),
  });
  useEffect(() => {
    document.title = `${name} · ${text.detectors.title} · ${text.brand}`;
  }, [name, text]);
  const missing = query.error instanceof PicketApiError && [400, 404].includes(query.error.status);
  return (
    <main className={layout.page} id="content">
      {query.data && !missing ? (
        <Detector key={name} detector={query.data} />
      ) : missing ? (
        <div className={layout.empty} role="alert">
          <h2>{text.detectors.missing}</h2>
          <Link to="/detectors">{text.detectors.back}</Link>
        </div>
      ) : query.error ? (
        <Failed text={text.detectors.failed} reload={() => void query.refetch()} />
      ) : (
        <Loader className={css.pending ?? ''} aria-label={text.common.loading} />
      )}
      <HelpDialog opened={help} onClose={() => setHelp(false)} />
    </main>
  );
}

function Detector({ detector }: { detector: DetectorInfo }) {
  const navigate = useNavigate();
  const rights = detectorRights(useWhoami().data, detector);
  const heading = useRef<HTMLHeadingElement>(null);
  const [act, setAct] = useState<Act>();
  const { name } = detector;
  return (
    <>
      <DetectorHead detector={detector} rights={rights} onAct={setAct} heading={heading} />
      <DetectorTabs
        name={name}
        contents={{
          versions: () => <VersionsTab detector={detector} rights={rights} onAct={setAct} />,
          findings: () => <FindingsTab name={name} />,
          log: () => <LogTab name={name} />,
          backtests: () => <BacktestsTab name={name} />,
        }}
      />
      <ActDialog
        name={name}
        act={act}
        onClose={() => setAct(undefined)}
        onDeleted={() => void navigate('/detectors', { replace: true })}
        onGone={() => {
          // A button that is gone because its work is done leaves the keyboard nowhere.
          if (document.activeElement === document.body) heading.current?.focus();
        }}
      />
    </>
  );
}

/** The open tab is in the address. */
function DetectorTabs({ name, contents }: { name: string; contents: Readonly<Record<TabName, () => ReactNode>> }) {
  const { text } = useLanguage();
  const { tab } = useParams();
  const navigate = useNavigate();
  const { state } = useLocation();
  const names = Object.keys(contents) as TabName[];
  const open = names.find((one) => one === tab) ?? 'versions';
  const go = (next: string | null) =>
    void navigate(next === 'versions' ? `/detectors/${name}` : `/detectors/${name}/${next}`, { replace: true, state });
  return (
    <Tabs value={open} onChange={go} keepMounted={false} className={css.tabs ?? ''}>
      <Tabs.List>
        {names.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {text.detectors.tabs[one]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {names.map((one) => (
        <Tabs.Panel key={one} value={one} className={css.panel ?? ''}>
          {contents[one]()}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
