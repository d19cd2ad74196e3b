import { Loader, Tabs } from '@mantine/core';
import { type ModelInfo, PicketApiError } from '@picket/sdk/client';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { isFromList } from '../alerts/from-list.ts';
import { useListKeys } from '../alerts/use-list-keys.ts';
import { useLiveFromNow } from '../api/live-context.tsx';
import { useWhoami } from '../api/queries.ts';
import pageCss from '../detectors/detector-page.module.css';
import layout from '../detectors/layout.module.css';
import { Failed } from '../detectors/paged-foot.tsx';
import type { Messages } from '../i18n/en.ts';
import { useLanguage } from '../i18n/language.tsx';
import { HelpDialog } from '../shell/help-dialog.tsx';
import { ActDialog } from './act-dialog.tsx';
import type { Act } from './acts.ts';
import { ProfileTab } from './profile-tab.tsx';
import { behaviourRights } from './rights.ts';
import { ScoresTab } from './scores-tab.tsx';
import { useWorkload } from './use-behaviour.ts';
import { VersionsTab } from './versions-tab.tsx';
import { WorkloadHead } from './workload-head.tsx';

type TabName = keyof Messages['behaviour']['tabs'];

/** One workload: its scores, its profile, its versions. */
export function WorkloadPage() {
  const { text } = useLanguage();
  const { id = '' } = useParams();
  const query = useWorkload(id);
  const navigate = useNavigate();
  const { state } = useLocation();
  const [help, setHelp] = useState(false);
  useLiveFromNow();
  useListKeys({
    onClose: () => void (isFromList(state) ? navigate(-1) : navigate('/behaviour')),
    onHelp: () => setHelp(true),
  });
  const key = query.data?.key ?? '';
  useEffect(() => {
    document.title = `${key} · ${text.behaviour.title} · ${text.brand}`;
  }, [key, text]);
  const missing = query.error instanceof PicketApiError && [400, 404].includes(query.error.status);
  return (
    <main className={layout.page} id="content">
      {query.data && !missing ? (
        <Workload key={id} workload={query.data} />
      ) : missing ? (
        <div className={layout.empty} role="alert">
          <h2>{text.behaviour.missing}</h2>
          <Link to="/behaviour">{text.behaviour.back}</Link>
        </div>
      ) : query.error ? (
        <Failed text={text.behaviour.failed} reload={() => void query.refetch()} />
      ) : (
        <Loader className={pageCss.pending ?? ''} aria-label={text.common.loading} />
      )}
      <HelpDialog opened={help} onClose={() => setHelp(false)} />
    </main>
  );
}

function Workload({ workload }: { workload: ModelInfo }) {
  const rights = behaviourRights(useWhoami().data);
  const heading = useRef<HTMLHeadingElement>(null);
  const [act, setAct] = useState<Act>();
  const { id } = workload;
  return (
    <>
      <WorkloadHead workload={workload} rights={rights} onAct={setAct} heading={heading} />
      <WorkloadTabs
        id={id}
        contents={{
          scores: () => <ScoresTab id={id} />,
          profile: () => <ProfileTab id={id} rights={rights} onAct={setAct} />,
          versions: () => <VersionsTab workload={workload} rights={rights} onAct={setAct} />,
        }}
      />
      <ActDialog
        id={id}
        act={act}
        onClose={() => setAct(undefined)}
        onGone={() => {
          // A button that is gone because its work is done leaves the keyboard nowhere.
          if (document.activeElement === document.body) heading.current?.focus();
        }}
      />
    </>
  );
}

/** The open tab is in the address. */
function WorkloadTabs({ id, contents }: { id: string; contents: Readonly<Record<TabName, () => ReactNode>> }) {
  const { text } = useLanguage();
  const { tab } = useParams();
  const navigate = useNavigate();
  const { state } = useLocation();
  const names = Object.keys(contents) as TabName[];
  const open = names.find((one) => one === tab) ?? 'scores';
  const go = (next: string | null) =>
    void navigate(next === 'scores' ? `/behaviour/${id}` : `/behaviour/${id}/${next}`, { replace: true, state });
  return (
    <Tabs value={open} onChange={go} keepMounted={false} className={pageCss.tabs ?? ''}>
      <Tabs.List>
        {names.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {text.behaviour.tabs[one]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {names.map((one) => (
        <Tabs.Panel key={one} value={one} className={pageCss.panel ?? ''}>
          {contents[one]()}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
