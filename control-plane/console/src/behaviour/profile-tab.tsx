import { Button, TextInput } from '@mantine/core';
import type { ProfileDocument } from '@picket/sdk/client';
import { useState } from 'react';
import { client } from '../api/client.ts';
import layout from '../detectors/layout.module.css';
import { Failed } from '../detectors/paged-foot.tsx';
import { useLanguage } from '../i18n/language.tsx';
import { SearchIcon } from '../shell/icons.tsx';
import type { Act } from './acts.ts';
import { Decisions } from './decisions.tsx';
import css from './profile.module.css';
import { ProfileSection } from './profile-section.tsx';
import type { BehaviourRights } from './rights.ts';
import { useProfile } from './use-behaviour.ts';

interface ProfileTabProps {
  id: string;
  rights: BehaviourRights;
  onAct: (act: Act) => void;
}

/** What the workload is known to do, by class, and what people said about it. */
export function ProfileTab({ id, rights, onAct }: ProfileTabProps) {
  const { text } = useLanguage();
  const words = text.behaviour.profile;
  const [search, setSearch] = useState('');
  const query = useProfile(id);
  if (query.error) return <Failed text={words.none} reload={() => void query.refetch()} />;
  if (!query.data) return <p className={layout.foot}>{text.common.loading}</p>;
  const profile = query.data;
  const wanted = search.trim().toLowerCase();
  return (
    <>
      <div className={css.bar}>
        <TextInput
          className={css.search ?? ''}
          size="xs"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder={words.search}
          aria-label={words.search}
          leftSection={<SearchIcon size={14} />}
          autoCapitalize="off"
          spellCheck={false}
        />
        <span className="dim">{words.entries(profile.entries.length)}</span>
        <Button variant="default" size="xs" onClick={() => void download(profile)}>
          {words.export}
        </Button>
      </div>
      <Decisions decisions={profile.decisions} rights={rights} onAct={onAct} />
      {profile.entries.length === 0 && <p className={layout.foot}>{words.empty}</p>}
      {inOrder(profile.classes, Object.keys(text.behaviour.classes)).map((one) => (
        <ProfileSection
          key={one.class}
          name={text.behaviour.classes[one.class] ?? one.name}
          entries={profile.entries.filter(
            (entry) => entry.class === one.class && (wanted === '' || entry.text.toLowerCase().includes(wanted)),
          )}
          open={wanted !== ''}
          {...(rights.propose && { onAct })}
        />
      ))}
    </>
  );
}

/** What is looked at most comes first; classes that have no name here come last. */
const inOrder = (classes: ProfileDocument['classes'], letters: readonly string[]): ProfileDocument['classes'] =>
  classes.toSorted((a, b) => placeOf(letters, a.class) - placeOf(letters, b.class));

const placeOf = (letters: readonly string[], letter: string): number =>
  letters.includes(letter) ? letters.indexOf(letter) : letters.length;

/** As YAML, by a link that is followed at once. */
async function download({ id, key }: ProfileDocument): Promise<void> {
  const url = URL.createObjectURL(new Blob([await client.profiles.export(id)], { type: 'application/yaml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${key.replace(/[^A-Za-z0-9.-]+/g, '-')}.profile.yaml`;
  link.click();
  URL.revokeObjectURL(url);
}
