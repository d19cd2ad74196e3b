import { ActionIcon, Button, NativeSelect, Select, TextInput } from '@mantine/core';
import { PRIORITIES } from '@picket/sdk';
import { type RefObject, useEffect, useEffectEvent, useState } from 'react';
import { useLanguage } from '../i18n/language.tsx';
import { CloseIcon, FilterIcon, SearchIcon } from '../shell/icons.tsx';
import { type AlertFilter, filterCount, NO_FILTER } from './filter.ts';
import css from './filter-bar.module.css';

interface FilterBarProps {
  filter: AlertFilter;
  onChange: (filter: AlertFilter) => void;
  /** Names to choose from. */
  rules: readonly string[];
  containers: readonly string[];
  searchRef: RefObject<HTMLInputElement | null>;
}

/** Search and filters. On a narrow page the filters fold away behind one button. */
export function FilterBar({ filter, onChange, rules, containers, searchRef }: FilterBarProps) {
  const { text } = useLanguage();
  const [unfolded, setUnfolded] = useState(false);
  const set = filterCount({ ...filter, q: '' });
  return (
    <search className={css.bar}>
      <SearchBox value={filter.q} onChange={(q) => onChange({ ...filter, q })} inputRef={searchRef} />
      <Button
        className={css.fold}
        variant={set > 0 ? 'light' : 'default'}
        size="sm"
        leftSection={<FilterIcon />}
        aria-expanded={unfolded}
        onClick={() => setUnfolded(!unfolded)}
      >
        {text.filters.title}
        {set > 0 && ` (${set})`}
      </Button>
      <div className={css.filters} data-unfolded={unfolded || undefined}>
        <NativeSelect
          aria-label={text.filters.priority}
          value={filter.priority ?? ''}
          onChange={(event) =>
            onChange({ ...filter, priority: PRIORITIES.find((p) => p === event.currentTarget.value) })
          }
          data={[
            { value: '', label: text.filters.anyPriority },
            ...PRIORITIES.map((p) => ({ value: p, label: text.filters.atLeast(text.priorities[p]) })),
          ]}
        />
        <NameSelect
          label={text.filters.rule}
          placeholder={text.filters.anyRule}
          value={filter.rule}
          names={rules}
          onChange={(rule) => onChange({ ...filter, rule })}
        />
        <NameSelect
          label={text.filters.container}
          placeholder={text.filters.anyContainer}
          value={filter.container}
          names={containers}
          onChange={(container) => onChange({ ...filter, container })}
        />
        {filterCount(filter) > 0 && (
          <Button variant="subtle" size="sm" onClick={() => onChange(NO_FILTER)}>
            {text.filters.clear}
          </Button>
        )}
      </div>
    </search>
  );
}

interface NameSelectProps {
  label: string;
  placeholder: string;
  value: string;
  names: readonly string[];
  onChange: (value: string) => void;
}

/** One of the known names. A name from the address that is not known is offered too: it may be gone already. */
function NameSelect({ label, placeholder, value, names, onChange }: NameSelectProps) {
  const data = value && !names.includes(value) ? [value, ...names] : [...names];
  return (
    <Select
      aria-label={label}
      placeholder={placeholder}
      data={data}
      value={value || null}
      onChange={(next) => onChange(next ?? '')}
      searchable
      clearable
      limit={50}
      comboboxProps={{ width: 'max-content', position: 'bottom-start', shadow: 'md' }}
      maxDropdownHeight={320}
    />
  );
}

/** Typing reaches the address, and with it the API, after a short rest. */
const REST_MS = 300;

interface SearchBoxProps {
  value: string;
  onChange: (value: string) => void;
  inputRef: RefObject<HTMLInputElement | null>;
}

function SearchBox({ value, onChange, inputRef }: SearchBoxProps) {
  const { text } = useLanguage();
  const [draft, setDraft] = useState(value);
  const [known, setKnown] = useState(value);
  // The filter was changed from elsewhere (back button, clear): the box follows.
  if (known !== value) {
    setKnown(value);
    if (draft.trim() !== value) setDraft(value);
  }
  const send = useEffectEvent((next: string) => {
    if (next !== value) onChange(next);
  });
  useEffect(() => {
    const timer = setTimeout(() => send(draft.trim()), REST_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  return (
    <TextInput
      ref={inputRef}
      className={css.search ?? ''}
      aria-label={text.filters.search}
      placeholder={text.filters.searchHint}
      leftSection={<SearchIcon />}
      maxLength={200}
      value={draft}
      onChange={(event) => setDraft(event.currentTarget.value)}
      rightSection={
        draft && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={text.filters.clear}
            onClick={() => {
              setDraft('');
              onChange('');
            }}
          >
            <CloseIcon size={12} />
          </ActionIcon>
        )
      }
    />
  );
}
