import type { ProfileDecision, ProfileDocument, ProfileEntry, ProfileInfo } from '@picket/sdk/client';
import { plural } from '../../plural.ts';
import { COLUMNS, count, labelled, named, second, short } from '../models/columns.ts';
import { cut } from '../rules/wrap.ts';

/** A profile on two lines for a list. */
export function formatProfile(info: ProfileInfo): string[] {
  const { id, stage, tokens, windows } = info;
  const said = [
    ...(info.allowed > 0 ? [`${info.allowed} allowed`] : []),
    ...(info.removed > 0 ? [`${info.removed} removed`] : []),
    ...(info.proposed > 0 ? [`${info.proposed} proposed`] : []),
  ];
  const learned =
    info.version === null ? 'nothing learned yet' : `${count(tokens)} entries from ${count(windows)} windows`;
  return [named(info), cut(`    ${id}  ${[stage, learned, ...said].join('; ')}`, COLUMNS)];
}

/** Which entries of a profile to show. */
export interface EntryFilter {
  /** Letter or name of a class. */
  readonly class?: string | undefined;
  readonly search?: string | undefined;
}

/** A profile with those of its entries that are asked for, by class. */
export function formatProfileDocument(document: ProfileDocument, filter: EntryFilter): string[] {
  const { key, id, digest, stage, version, learned, windows, runs, decisions } = document;
  const from = `${count(windows)} windows of ${plural(runs, 'container')}`;
  const lines = [
    ...labelled('workload', key),
    ...labelled('id', id),
    ...labelled('digest', digest),
    ...labelled('stage', stage),
    ...labelled(
      'learned',
      version === null ? 'nothing yet' : `${from}, ${second(learned ?? '')}, version ${short(version)}`,
    ),
  ];
  for (const { class: letter, name, tokens } of document.classes) {
    if (filter.class !== undefined && filter.class !== letter && filter.class !== name) continue;
    const shown = document.entries.filter((entry) => entry.class === letter && hasText(entry.text, filter.search));
    if (shown.length === 0) continue;
    lines.push('', `${name} (${letter}), ${shown.length === tokens ? tokens : `${shown.length} of ${tokens}`}:`);
    lines.push(...shown.map(formatEntry));
  }
  const told = decisions.filter(({ token }) => hasText(token, filter.search));
  if (told.length > 0) lines.push('', 'said by people:', ...told.flatMap(formatDecision));
  return lines;
}

const hasText = (text: string, search: string | undefined): boolean =>
  search === undefined || text.toLowerCase().includes(search.toLowerCase());

const COUNTS = 34;

function formatEntry({ text, windows, runs }: ProfileEntry): string {
  const counts = `${count(windows)} windows, ${plural(runs, 'container')}`;
  return `  ${cut(text, COLUMNS - COUNTS - 3).padEnd(COLUMNS - COUNTS - 3)} ${counts}`;
}

function formatDecision({ token, pattern, what, state, reason, by, at }: ProfileDecision): string[] {
  const word = state === 'proposed' ? `proposed to ${what}` : what === 'allow' ? 'allowed' : 'removed';
  const like = pattern ? ' (a pattern)' : '';
  return [cut(`  ${word} ${token}${like}`, COLUMNS), cut(`      ${reason} (${by}, ${second(at)})`, COLUMNS)];
}
