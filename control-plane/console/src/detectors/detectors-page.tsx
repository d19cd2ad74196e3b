import { useEffect, useState } from 'react';
import { useListKeys } from '../alerts/use-list-keys.ts';
import { useLiveFromNow } from '../api/live-context.tsx';
import { useLanguage } from '../i18n/language.tsx';
import { HelpDialog } from '../shell/help-dialog.tsx';
import { CommandLine } from './command-line.tsx';
import { DetectorRow } from './detector-row.tsx';
import css from './layout.module.css';
import { PagedFoot } from './paged-foot.tsx';
import { useDetectorList } from './use-detectors.ts';

/** The detectors of users: what runs in which stage, and how it fares. */
export function DetectorsPage() {
  const { text } = useLanguage();
  const words = text.detectors;
  const [help, setHelp] = useState(false);
  const list = useDetectorList();
  useLiveFromNow();
  useListKeys({ onMove: moveFocus, onHelp: () => setHelp(true) });
  useEffect(() => {
    document.title = `${words.title} · ${text.brand}`;
  }, [words, text]);
  const { length } = list.items;
  return (
    <main className={css.page} id="content">
      <div className={css.bar}>
        <h1>{words.title}</h1>
        <span className="dim">{length > 0 && words.shown(length, list.more)}</span>
      </div>
      {length > 0 && (
        <ul className={css.list}>
          {list.items.map((detector) => (
            <DetectorRow key={detector.name} detector={detector} />
          ))}
        </ul>
      )}
      {length === 0 && !list.loading && !list.error && <NoDetectors />}
      <PagedFoot list={list} failed={words.failed} more={words.more} />
      <HelpDialog opened={help} onClose={() => setHelp(false)} />
    </main>
  );
}

function NoDetectors() {
  const { text } = useLanguage();
  const { empty } = text.detectors;
  return (
    <div className={css.empty}>
      <h2>{empty.title}</h2>
      <p>{empty.text}</p>
      <CommandLine command={empty.command} />
      <p className="dim">{empty.after}</p>
    </div>
  );
}

function moveFocus(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-detector]')];
  const at = rows.findIndex((row) => row.matches(':focus'));
  const next = at < 0 ? (step === 1 ? rows[0] : undefined) : rows[at + step];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest' });
}
