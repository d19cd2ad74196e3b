import { ActionIcon, type MantineColorScheme, Menu, useMantineColorScheme } from '@mantine/core';
import { useLanguage } from '../i18n/language.tsx';
import { CheckIcon, MoonIcon, ScreenIcon, SunIcon } from './icons.tsx';

const ICONS = { auto: ScreenIcon, light: SunIcon, dark: MoonIcon } as const;
const SCHEMES: readonly MantineColorScheme[] = ['auto', 'light', 'dark'];

/** Light, dark, or like the system. */
export function AppearanceMenu() {
  const { text } = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Current = ICONS[colorScheme];
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={text.header.theme} title={text.header.theme}>
          <Current />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map((scheme) => {
          const Icon = ICONS[scheme];
          return (
            <Menu.RadioItem
              key={scheme}
              value={scheme}
              checked={scheme === colorScheme}
              checkIcon={<CheckIcon size={14} />}
              rightSection={<Icon />}
              closeMenuOnClick
              onChange={() => setColorScheme(scheme)}
            >
              {text.header.themes[scheme]}
            </Menu.RadioItem>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
