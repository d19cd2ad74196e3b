import type { DetectorLogLine } from '@picket/sdk/client';
import { useLanguage } from '../i18n/language.tsx';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import css from './entries.module.css';
import layout from './layout.module.css';
import { Failed } from './paged-foot.tsx';
import { useDetectorLog } from './use-detectors.ts';

/** What its versions logged, the newest first, growing. */
export function LogTab({ name }: { name: string }) {
  const { text } = useLanguage();
  const words = text.detectors.log;
  const { data: read, error, refetch } = useDetectorLog(name);
  return (
    <>
      <p className={layout.hint}>{words.hint}</p>
      {read && read.missed > 0 && <p className={css.missed}>{words.missed(read.missed)}</p>}
      {read && read.lines.length > 0 && (
        <ol className={css.log}>
          {read.lines.map((line) => (
            <Line key={line.key} line={line} />
          ))}
        </ol>
      )}
      {error && <Failed text={words.failed} reload={() => void refetch()} />}
      {read?.lines.length === 0 && !error && <p className={layout.empty}>{words.none}</p>}
    </>
  );
}

function Line({ line }: { line: DetectorLogLine }) {
  return (
    <li data-level={line.level}>
      <TimeText iso={line.time} form="clock" className="dim" />
      <span className={css.level}>{line.level}</span>
      <code className="dim">{line.version.slice(0, 8)}</code>
      <code className={css.message}>
        <UntrustedText text={line.message} />
      </code>
    </li>
  );
}
