import type { Alert } from '@picket/sdk';
import { isComplete } from '../alerts/evidence.ts';
import { useLanguage } from '../i18n/language.tsx';
import { CopyButton } from '../text/copy-button.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { visibleText } from '../text/visible-text.ts';
import { Card } from './card.tsx';
import css from './evidence-card.module.css';
import { Facts } from './facts.tsx';

/** What the alert rests on, and what is missing from the picture. */
export function EvidenceCard({ alert }: { alert: Alert }) {
  const { text } = useLanguage();
  const { evidence } = alert;
  return (
    <Card title={text.evidence.title}>
      {isComplete(alert) && <p className={css.complete}>{text.evidence.complete}</p>}
      {evidence.lost.length > 0 && <LostTable lost={evidence.lost} />}
      <Facts
        facts={[
          [text.evidence.metadata, text.evidence.metadataValues[evidence.metadata]],
          evidence.probes === undefined
            ? undefined
            : [text.evidence.probes, <UntrustedText key="p" text={evidence.probes} />],
          [text.evidence.events, <Events key="e" events={evidence.events} />],
        ]}
      />
    </Card>
  );
}

function LostTable({ lost }: { lost: Alert['evidence']['lost'] }) {
  const { text, locale } = useLanguage();
  return (
    <table className={css.lost}>
      <thead>
        <tr>
          <th scope="col">{text.evidence.kind}</th>
          <th scope="col">{text.evidence.reason}</th>
          <th scope="col">{text.evidence.count}</th>
        </tr>
      </thead>
      <tbody>
        {lost.map((loss) => (
          <tr key={`${loss.kind} ${loss.reason}`}>
            <td>
              <code>{visibleText(loss.kind)}</code>
            </td>
            <td>{text.evidence.reasons[loss.reason] ?? visibleText(loss.reason)}</td>
            <td>{loss.count.toLocaleString(locale)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Events({ events }: { events: readonly string[] }) {
  const { text } = useLanguage();
  if (events.length === 0) return <span className="dim">{text.evidence.noEvents}</span>;
  return (
    <ul className={css.events}>
      {events.map((event) => (
        <li key={event}>
          <code>{visibleText(event)}</code> <CopyButton value={visibleText(event)} />
        </li>
      ))}
    </ul>
  );
}
