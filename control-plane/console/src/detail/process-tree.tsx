import type { Alert } from '@picket/sdk';
import { type CSSProperties, useState } from 'react';
import { type LineageNode, lineage } from '../alerts/lineage.ts';
import { useLanguage } from '../i18n/language.tsx';
import { CopyButton } from '../text/copy-button.tsx';
import { durationText } from '../text/times.ts';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { visibleText } from '../text/visible-text.ts';
import { Card } from './card.tsx';
import css from './process-tree.module.css';

/** Deeper trees begin folded: the processes near the alert are what matters. */
const SHOWN_AT_FIRST = 8;

/** The process that caused the alert below its ancestors, the oldest on top. */
export function ProcessTree({ alert }: { alert: Alert }) {
  const { text } = useLanguage();
  const [all, setAll] = useState(false);
  if (!alert.process) {
    return (
      <Card title={text.process.title}>
        <p className="dim">{text.process.none}</p>
      </Card>
    );
  }
  const nodes = lineage(alert.process, alert.event?.time);
  const hidden = all ? 0 : Math.max(0, nodes.length - SHOWN_AT_FIRST);
  return (
    <Card title={text.process.title} aside={text.process.hint}>
      {hidden > 0 && (
        <button type="button" className={css.more} onClick={() => setAll(true)}>
          {text.process.hidden(hidden)}
        </button>
      )}
      <ol className={css.tree}>
        {nodes.slice(hidden).map((node) => (
          <Line key={node.depth} node={node} indent={node.depth - hidden} entry={alert.process?.entry} />
        ))}
      </ol>
    </Card>
  );
}

interface LineProps {
  readonly node: LineageNode;
  readonly indent: number;
  readonly entry: NonNullable<Alert['process']>['entry'];
}

function Line({ node, indent, entry = 'unknown' }: LineProps) {
  const { text, locale } = useLanguage();
  const { process } = node;
  const command = process.cmdline || process.exepath;
  return (
    <li className={css.line} data-self={node.self || undefined} style={{ '--depth': indent } as CSSProperties}>
      <div className={css.facts}>
        <strong>
          <UntrustedText text={process.name} />
        </strong>
        <span>
          {text.process.pid(process.pid)}
          {node.self &&
            process.vpid !== undefined &&
            process.vpid !== process.pid &&
            ` (${text.process.vpid(process.vpid)})`}
        </span>
        {process.uid !== undefined && (
          <span data-root={process.uid === 0 || undefined}>{text.process.uid(process.uid)}</span>
        )}
        {process.tty !== undefined && process.tty !== 0 && <span className={css.tty}>{text.process.tty}</span>}
        {node.self && entry !== 'unknown' && <span>{text.process.entry[entry]}</span>}
        {node.age !== undefined && <span>{text.process.age(durationText(node.age, locale))}</span>}
        {node.self && <span className={css.self}>{text.process.culprit}</span>}
      </div>
      <div className={css.command}>
        <code>
          <UntrustedText text={command} />
        </code>
        <CopyButton value={visibleText(command)} />
      </div>
      {node.self && (
        <div className={css.where}>
          {process.exepath !== command && (
            <code>
              <UntrustedText text={process.exepath} />
            </code>
          )}
          {process.cwd && (
            <span>
              {text.process.cwd}{' '}
              <code>
                <UntrustedText text={process.cwd} />
              </code>
            </span>
          )}
        </div>
      )}
    </li>
  );
}
