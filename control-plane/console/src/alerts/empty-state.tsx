import { Button } from '@mantine/core';
import { useNodes } from '../api/queries.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Logo } from '../shell/icons.tsx';
import { CopyButton } from '../text/copy-button.tsx';
import css from './empty-state.module.css';

/** Says what to do next when there is nothing to show. */
export function EmptyState({ filtered, onClearFilter }: { filtered: boolean; onClearFilter: () => void }) {
  const { text } = useLanguage();
  if (!filtered) return <FirstSteps />;
  return (
    <div className={css.empty}>
      <h2 className={css.title}>{text.empty.filteredTitle}</h2>
      <p>{text.empty.filteredText}</p>
      <Button variant="default" size="sm" onClick={onClearFilter}>
        {text.filters.clear}
      </Button>
    </div>
  );
}

function FirstSteps() {
  const { text } = useLanguage();
  const nodes = useNodes();
  return (
    <div className={css.empty}>
      <Logo size={40} />
      <h2 className={css.title}>{text.empty.title}</h2>
      <p>{nodes?.reporting === 0 ? text.empty.noNodes : text.empty.text}</p>
      <p className={css.command}>
        <code>{text.empty.command}</code>
        <CopyButton value={text.empty.command} />
      </p>
      <p className="dim">{text.empty.after}</p>
    </div>
  );
}
