import { TextInput } from '@mantine/core';
import type { Alert } from '@picket/sdk';
import { useMemo, useState } from 'react';
import { type FieldRow, fieldRows, searchFields } from '../alerts/fields.ts';
import { useLanguage } from '../i18n/language.tsx';
import { SearchIcon } from '../shell/icons.tsx';
import { CopyButton } from '../text/copy-button.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { visibleText } from '../text/visible-text.ts';
import css from './fields-table.module.css';

/** Every raw field of the alert and of the event behind it. */
export function FieldsTable({ alert }: { alert: Alert }) {
  const { text } = useLanguage();
  const [query, setQuery] = useState('');
  const rows = useMemo(() => fieldRows(alert), [alert]);
  const found = searchFields(rows, query);
  if (rows.length === 0) return <p className="dim">{text.fields.none}</p>;
  return (
    <div className={css.fields}>
      <TextInput
        aria-label={text.fields.search}
        placeholder={text.fields.search}
        leftSection={<SearchIcon />}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
      />
      {found.length === 0 && <p className="dim">{text.fields.empty}</p>}
      {(['output', 'event'] as const).map((group) => (
        <Group key={group} title={text.fields[group]} rows={found.filter((row) => row.group === group)} />
      ))}
    </div>
  );
}

function Group({ title, rows }: { title: string; rows: readonly FieldRow[] }) {
  const { text } = useLanguage();
  if (rows.length === 0) return null;
  return (
    <table className={css.table}>
      <caption>{title}</caption>
      <colgroup>
        <col className={css.name} />
        <col />
        <col className={css.action} />
      </colgroup>
      <thead className={css.hidden}>
        <tr>
          <th scope="col">{text.fields.name}</th>
          <th scope="col">{text.fields.value}</th>
          <th scope="col">{text.common.copy}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.name} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row }: { row: FieldRow }) {
  const { text } = useLanguage();
  const name = visibleText(row.name);
  return (
    <tr>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>
        {row.missing ? (
          <span className="dim">–</span>
        ) : (
          <code>
            <UntrustedText text={row.value} />
          </code>
        )}
      </td>
      <td>{!row.missing && <CopyButton value={visibleText(row.value)} label={text.fields.copyValue(name)} />}</td>
    </tr>
  );
}
