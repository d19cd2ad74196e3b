import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { useListKeys } from '../alerts/use-list-keys.ts';
import { useLiveFromNow } from '../api/live-context.tsx';
import layout from '../detectors/layout.module.css';
import { PagedFoot } from '../detectors/paged-foot.tsx';
import { useLanguage } from '../i18n/language.tsx';
import { HelpDialog } from '../shell/help-dialog.tsx';
import { SearchIcon } from '../shell/icons.tsx';
import css from './behaviour.module.css';
import { useWorkloads } from './use-behaviour.ts';
import { WorkloadRow } from './workload-row.tsx';

const TYPING_MS = 300;

/** The workloads whose behaviour is learned: how far they are, by what they are scored, and how many alarms come of it. */
export function BehaviourPage() {
  const { text } = useLanguage();
  const words = text.behaviour;
  const [help, setHelp] = useState(false);
  const [search, setSearch] = useState('');
  const [q] = useDebouncedValue(search.trim(), TYPING_MS);
  const field = useRef<HTMLInputElement>(null);
  const list = useWorkloads(q);
  useLiveFromNow();
  useListKeys({ onMove: moveFocus, onHelp: () => setHelp(true), onSearch: () => field.current?.focus() });
  useEffect(() => {
    document.title = `${words.title} · ${text.brand}`;
  }, [words, text]);
  const { length } = list.items;
  return (
    <main className={layout.page} id="content">
      <div className={layout.bar}>
        <h1>{words.title}</h1>
        <span className="dim">{length > 0 && words.shown(length, list.more)}</span>
        <TextInput
          ref={field}
          className={css.search ?? ''}
          size="xs"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder={words.searchHint}
          aria-label={words.search}
          leftSection={<SearchIcon size={14} />}
          autoCapitalize="off"
          spellCheck={false}
        />
      </div>
      {length > 0 && (
        <ul className={layout.list}>
          {list.items.map((workload) => (
            <WorkloadRow key={workload.id} workload={workload} />
          ))}
        </ul>
      )}
      {length === 0 && !list.loading && !list.error && (
        <div className={layout.empty}>
          <h2>{q === '' ? words.empty.title : words.empty.none}</h2>
          {q === '' && <p>{words.empty.text}</p>}
        </div>
      )}
      <PagedFoot list={list} failed={words.failed} more={words.more} />
      <HelpDialog opened={help} onClose={() => setHelp(false)} />
    </main>
  );
}

function moveFocus(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-workload]')];
  const at = rows.findIndex((row) => row.matches(':focus'));
  const next = at < 0 ? (step === 1 ? rows[0] : undefined) : rows[at + step];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest' });
}
