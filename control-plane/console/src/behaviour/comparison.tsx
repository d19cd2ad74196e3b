import { Failed } from '../detectors/paged-foot.tsx';
import { useLanguage } from '../i18n/language.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import css from './profile.module.css';
import { useComparison } from './use-behaviour.ts';

/** What two versions differ in. @param a the one that scores */
export function Comparison({ id, a, b }: { id: string; a: string; b: string }) {
  const { text } = useLanguage();
  const words = text.behaviour.versions;
  const query = useComparison(id, a, b);
  if (query.error) return <Failed text={text.behaviour.failed} reload={() => void query.refetch()} />;
  if (!query.data) return <p className="dim">{text.common.loading}</p>;
  const { changes, tokens } = query.data;
  const differing = tokens.filter(({ only_a: onlyA, only_b: onlyB }) => onlyA + onlyB > 0);
  return (
    <div className={css.comparison} data-comparison>
      {changes.length === 0 && differing.length === 0 && <p className="dim">{words.same}</p>}
      {changes.length > 0 && (
        <ul className={css.changes}>
          {changes.map((change) => (
            <li key={change}>
              <UntrustedText text={change} />
            </li>
          ))}
        </ul>
      )}
      {differing.map((one) => (
        <div key={one.class}>
          <h3>{one.name}</h3>
          <Examples sign="+" total={one.only_b} examples={one.examples_b} />
          <Examples sign="−" total={one.only_a} examples={one.examples_a} />
        </div>
      ))}
    </div>
  );
}

function Examples({ sign, total, examples }: { sign: string; total: number; examples: readonly string[] }) {
  const { text } = useLanguage();
  if (total === 0) return null;
  return (
    <ul className={css.examples}>
      {examples.map((example) => (
        <li key={example}>
          {sign}{' '}
          <code>
            <UntrustedText text={example} />
          </code>
        </li>
      ))}
      {total > examples.length && <li className="dim">{text.behaviour.versions.further(total - examples.length)}</li>}
    </ul>
  );
}
