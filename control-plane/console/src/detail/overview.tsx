import type { Alert } from '@picket/sdk';
import type { AlertFilter } from '../alerts/filter.ts';
import { mitreUrl } from '../alerts/mitre.ts';
import { useLanguage } from '../i18n/language.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { Card } from './card.tsx';
import { ContainerCard } from './container-card.tsx';
import { EvidenceCard } from './evidence-card.tsx';
import { Explanation } from './explanation.tsx';
import { Facts } from './facts.tsx';
import { IncompleteNotice } from './incomplete-notice.tsx';
import css from './overview.module.css';
import { ProcessTree } from './process-tree.tsx';

/** What an analyst reads first. */
export function Overview({ alert, onFilter }: { alert: Alert; onFilter: (change: Partial<AlertFilter>) => void }) {
  const { text } = useLanguage();
  return (
    <div className={css.overview}>
      <IncompleteNotice alert={alert} />
      <Card title={text.detail.what}>
        <p className={css.output}>
          <UntrustedText text={alert.output} />
        </p>
        <Explanation alert={alert} />
      </Card>
      <ProcessTree alert={alert} />
      <div className={css.columns}>
        <ContainerCard alert={alert} onFilter={onFilter} />
        <Origin alert={alert} />
      </div>
      <EvidenceCard alert={alert} />
    </div>
  );
}

/** Which detector raised the alert, and what its authors say it is. */
function Origin({ alert }: { alert: Alert }) {
  const { text } = useLanguage();
  const { detector } = alert;
  return (
    <Card title={text.detail.detector}>
      <Facts
        facts={[
          [text.detail.kind, text.detail.detectors[detector.kind]],
          [text.detail.id, <UntrustedText key="id" text={detector.id} />],
          [text.detail.version, detector.version],
          alert.score === undefined ? undefined : [text.detail.score, alert.score.toPrecision(3)],
          alert.mitre.length === 0 ? undefined : [text.detail.mitre, <MitreTags key="mitre" tags={alert.mitre} />],
          alert.tags.length === 0 ? undefined : [text.detail.tags, <Tags key="tags" tags={alert.tags} />],
          alert.incident === null ? undefined : [text.detail.incident, alert.incident],
        ]}
      />
    </Card>
  );
}

/** ATT&CK names as links that open elsewhere only when they are followed: nothing is fetched from there. */
function MitreTags({ tags }: { tags: readonly string[] }) {
  return (
    <span className={css.tags}>
      {tags.map((tag) => {
        const url = mitreUrl(tag);
        return url ? (
          <a key={tag} className={css.tag} href={url} target="_blank" rel="noopener noreferrer">
            {tag}
          </a>
        ) : (
          <span key={tag} className={css.tag}>
            <UntrustedText text={tag} />
          </span>
        );
      })}
    </span>
  );
}

function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <span className={css.tags}>
      {tags.map((tag) => (
        <span key={tag} className={css.tag}>
          <UntrustedText text={tag} />
        </span>
      ))}
    </span>
  );
}
