import { ActionIcon } from '@mantine/core';
import { useLanguage } from '../i18n/language.tsx';
import { FilterIcon } from '../shell/icons.tsx';
import { visibleText } from '../text/visible-text.ts';

/** Narrows the list to one value. */
export function FilterButton({ what, onClick }: { what: string; onClick: () => void }) {
  const { text } = useLanguage();
  const title = text.filters.only(visibleText(what));
  return (
    <ActionIcon variant="subtle" color="gray" size="sm" ml={4} title={title} aria-label={title} onClick={onClick}>
      <FilterIcon size={14} />
    </ActionIcon>
  );
}
