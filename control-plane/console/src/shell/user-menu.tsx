import { ActionIcon, Loader, Menu } from '@mantine/core';
import type { WhoAmI } from '@picket/sdk/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { client } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { isSignedOut } from '../api/request-errors.ts';
import { useLanguage } from '../i18n/language.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { KeyboardIcon, LogoutIcon, UserIcon } from './icons.tsx';

/** Who is signed in, the keyboard help, and the way out. */
export function UserMenu({ user }: { user: WhoAmI }) {
  const { text } = useLanguage();
  const [help, setHelp] = useState(false);
  const logout = useLogout();
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={text.header.menu} title={text.header.menu}>
            <UserIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {user.name} · {text.header.roles[user.role]}
            {user.namespaces && ` · ${user.namespaces.join(', ')}`}
          </Menu.Label>
          <Menu.Item leftSection={<KeyboardIcon />} onClick={() => setHelp(true)}>
            {text.header.keys}
          </Menu.Item>
          <Menu.Item
            leftSection={logout.isPending ? <Loader size={14} /> : <LogoutIcon />}
            closeMenuOnClick={false}
            onClick={() => logout.mutate()}
          >
            {text.header.logout}
          </Menu.Item>
          {logout.error && (
            <Menu.Label role="alert" c="red">
              {text.header.logoutFailed} {logout.error.message}
            </Menu.Label>
          )}
        </Menu.Dropdown>
      </Menu>
      <HelpDialog opened={help} onClose={() => setHelp(false)} />
    </>
  );
}

/** Ends the session and forgets everything the page has loaded. */
function useLogout() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () =>
      client.session.logout().catch((error: unknown) => {
        // A session that has ended already is what was asked for.
        if (!isSignedOut(error)) throw error;
      }),
    onSuccess: () => {
      void navigate('/login', { replace: true });
      queries.clear();
      queries.setQueryData(keys.whoami, null);
    },
  });
}
