import { ActionIcon, Menu } from '@mantine/core';
import { LANGUAGES, type LanguageTag, useLanguage } from '../i18n/language.tsx';
import { CheckIcon, GlobeIcon } from './icons.tsx';

/** Every language under its own name, so that it can be found by who does not read the current one. */
export function LanguageMenu() {
  const { text, language, setLanguage } = useLanguage();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={text.header.language} title={text.header.language}>
          <GlobeIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(LANGUAGES) as LanguageTag[]).map((tag) => (
          <Menu.RadioItem
            key={tag}
            lang={tag}
            value={tag}
            checked={tag === language}
            checkIcon={<CheckIcon size={14} />}
            closeMenuOnClick
            onChange={() => setLanguage(tag)}
          >
            {LANGUAGES[tag].name}
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
