import type { Alert } from '@picket/sdk';
import { isOnHost } from '../alerts/evidence.ts';
import type { AlertFilter } from '../alerts/filter.ts';
import { useLanguage } from '../i18n/language.tsx';
import { CopyButton } from '../text/copy-button.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { visibleText } from '../text/visible-text.ts';
import { Card } from './card.tsx';
import { type Fact, Facts } from './facts.tsx';
import { FilterButton } from './filter-button.tsx';

/** Where it happened: container, node, and the Kubernetes workload when there is one. */
export function ContainerCard({ alert, onFilter }: { alert: Alert; onFilter: (change: Partial<AlertFilter>) => void }) {
  const { text } = useLanguage();
  const { container } = alert;
  // Without Kubernetes the workload is the container once more.
  const workload = alert.workload?.kind === 'Container' ? null : alert.workload;
  const node: Fact = [text.container.node, <UntrustedText key="node" text={alert.hostname} />];
  const untrusted = (value: string | null) => (value === null ? null : <UntrustedText text={value} />);
  if (!container) {
    return (
      <Card title={text.container.title}>
        <p className="dim">{isOnHost(alert) ? text.container.host : text.container.none}</p>
        <Facts facts={[node]} />
      </Card>
    );
  }
  return (
    <Card title={text.container.title}>
      <Facts
        facts={[
          [
            text.container.name,
            <>
              {untrusted(container.name) ?? <span className="dim">{text.common.unknown}</span>}
              <FilterButton
                what={container.name ?? container.id}
                onClick={() => onFilter({ container: container.name ?? container.id })}
              />
            </>,
          ],
          [text.container.image, untrusted(container.image)],
          [
            text.container.id,
            <>
              <code title={visibleText(container.full_id)}>
                <UntrustedText text={container.id} />
              </code>{' '}
              <CopyButton value={visibleText(container.full_id)} />
            </>,
          ],
          [text.container.runtime, untrusted(container.runtime)],
          node,
          workload
            ? [text.container.workload, <UntrustedText key="w" text={`${workload.kind}/${workload.name}`} />]
            : undefined,
          workload ? [text.container.namespace, untrusted(workload.namespace)] : undefined,
          workload ? [text.container.pod, untrusted(workload.pod)] : undefined,
        ]}
      />
    </Card>
  );
}
