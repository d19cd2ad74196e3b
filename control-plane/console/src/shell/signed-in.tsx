import { Button, Loader } from '@mantine/core';
import { Suspense, useEffect, useRef } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { LiveProvider } from '../api/live-context.tsx';
import { useWhoami } from '../api/queries.ts';
import { useLanguage } from '../i18n/language.tsx';
import { loginPath } from '../login/next-path.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { Header } from './header.tsx';
import css from './message-page.module.css';

/** The frame around every page that needs somebody to be signed in. */
export function SignedIn() {
  const whoami = useWhoami();
  const location = useLocation();
  const wasSignedIn = useRef(false);
  useEffect(() => {
    if (whoami.data) wasSignedIn.current = true;
  }, [whoami.data]);
  if (whoami.data === null) return <ToLogin path={location.pathname + location.search} expired={wasSignedIn} />;
  if (whoami.data) {
    return (
      <LiveProvider>
        <Header user={whoami.data} />
        <ConnectionBanner />
        <Suspense fallback={<Starting />}>
          <Outlet />
        </Suspense>
      </LiveProvider>
    );
  }
  return whoami.error ? <Unreachable retry={() => void whoami.refetch()} /> : <Starting />;
}

function ToLogin({ path, expired }: { path: string; expired: { readonly current: boolean } }) {
  return <Navigate to={loginPath(path)} state={{ expired: expired.current }} replace />;
}

function Starting() {
  const { text } = useLanguage();
  return (
    <div className={css.message}>
      <Loader aria-label={text.common.loading} />
    </div>
  );
}

function Unreachable({ retry }: { retry: () => void }) {
  const { text } = useLanguage();
  return (
    <div className={css.message} role="alert">
      <h1>{text.login.unreachable}</h1>
      <Button onClick={retry}>{text.common.retry}</Button>
    </div>
  );
}
