import { Button, PasswordInput } from '@mantine/core';
import { PicketApiError } from '@picket/sdk/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { Navigate, useLocation, useSearchParams } from 'react-router';
import { client } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useWhoami } from '../api/queries.ts';
import type { Messages } from '../i18n/en.ts';
import { useLanguage } from '../i18n/language.tsx';
import { AppearanceMenu } from '../shell/appearance-menu.tsx';
import { Logo } from '../shell/icons.tsx';
import { LanguageMenu } from '../shell/language-menu.tsx';
import css from './login-page.module.css';
import { nextPath } from './next-path.ts';

/** Exchanges a pasted token for a session cookie. The token is kept nowhere. */
export function LoginPage() {
  const { text } = useLanguage();
  const [params] = useSearchParams();
  const expired = (useLocation().state as { expired?: boolean } | null)?.expired === true;
  const whoami = useWhoami();
  useEffect(() => {
    document.title = text.login.title;
  }, [text]);
  if (whoami.data) return <Navigate to={nextPath(params)} replace />;
  return (
    <main className={css.page}>
      <div className={css.card}>
        <div className={css.brand}>
          <Logo size={34} />
          <h1>{text.login.title}</h1>
        </div>
        {expired && <p role="status">{text.login.expired}</p>}
        <LoginForm />
        <p className="dim">
          {text.login.hint} <code>{text.login.command}</code>
        </p>
      </div>
      <div className={css.switches}>
        <LanguageMenu />
        <AppearanceMenu />
      </div>
    </main>
  );
}

function LoginForm() {
  const { text } = useLanguage();
  const queries = useQueryClient();
  const [token, setToken] = useState('');
  const [empty, setEmpty] = useState(false);
  const login = useMutation({
    mutationFn: (secret: string) => client.session.login(secret),
    onSuccess: (user) => queries.setQueryData(keys.whoami, user),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const secret = token.trim();
    setEmpty(secret === '');
    if (secret !== '') login.mutate(secret);
  };
  const error = empty ? text.login.empty : login.error ? loginError(login.error, text) : undefined;
  return (
    <form onSubmit={submit} className={css.form} noValidate>
      <PasswordInput
        label={text.login.token}
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
        error={error}
        errorProps={{ role: 'alert' }}
        autoComplete="current-password"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={200}
        data-autofocus
        autoFocus
        visibilityToggleButtonProps={{ 'aria-label': text.login.show }}
      />
      <Button type="submit" loading={login.isPending} fullWidth>
        {text.login.submit}
      </Button>
    </form>
  );
}

function loginError(error: Error, text: Messages): string {
  if (!(error instanceof PicketApiError)) return text.login.failed(error.message);
  if (error.status === 401) return text.login.refused;
  if (error.status === 429) return text.login.limited;
  return error.status === 0 ? text.login.unreachable : text.login.failed(error.title);
}
