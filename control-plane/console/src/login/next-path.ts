const HOME = '/alerts';

/** The sign-in page that leads back to a path afterwards. */
export function loginPath(path: string): string {
  return path === '/' || path === HOME ? '/login' : `/login?next=${encodeURIComponent(path)}`;
}

/**
 * Where to go after signing in. Only a path of this console counts: an address such as `//host` or `/\host` would
 * lead a person who has just signed in to a page of somebody else.
 */
export function nextPath(params: URLSearchParams): string {
  const next = params.get('next') ?? '';
  if (!next.startsWith('/') || next.startsWith('/login')) return HOME;
  const base = 'http://console.invalid';
  const url = URL.canParse(next, base) ? new URL(next, base) : undefined;
  return url?.origin === base ? url.pathname + url.search : HOME;
}
