import { useMediaQuery } from '@mantine/hooks';
import type { WhoAmI } from '@picket/sdk/client';
import { Link, NavLink } from 'react-router';
import { useLiveSnapshot } from '../api/live-context.tsx';
import { useNodes } from '../api/queries.ts';
import { useLanguage } from '../i18n/language.tsx';
import { AppearanceMenu } from './appearance-menu.tsx';
import css from './header.module.css';
import { GapIcon, Logo, NodeIcon } from './icons.tsx';
import { LanguageMenu } from './language-menu.tsx';
import { UserMenu } from './user-menu.tsx';

/** Below this width the pages have a line of their own, which scrolls away. */
const NARROW = '(max-width: 640px)';

/** The line on top of every page: is it live, does anything report, was anything lost, who am I. */
export function Header({ user }: { user: WhoAmI }) {
  const { text } = useLanguage();
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  return (
    <>
      <header className={css.header}>
        <a href="#content" className={css.skip}>
          {text.header.skip}
        </a>
        <Link to="/alerts" className={css.brand}>
          <Logo />
          {text.brand}
        </Link>
        {!narrow && <Pages />}
        <Connection />
        <Nodes />
        <span className={css.space} />
        <span className={css.role} title={text.header.signedIn(user.name)}>
          {text.header.roles[user.role]}
        </span>
        <span className={css.menus}>
          <LanguageMenu />
          <AppearanceMenu />
          <UserMenu user={user} />
        </span>
      </header>
      {narrow && <Pages />}
    </>
  );
}

function Pages() {
  const { text } = useLanguage();
  return (
    <nav className={css.pages} aria-label={text.header.pages}>
      <NavLink to="/alerts">{text.list.title}</NavLink>
      <NavLink to="/behaviour">{text.behaviour.title}</NavLink>
      <NavLink to="/detectors">{text.detectors.title}</NavLink>
    </nav>
  );
}

function Connection() {
  const { text } = useLanguage();
  const { phase, limit } = useLiveSnapshot();
  const held = phase === 'live' && Number.isFinite(limit);
  return (
    <span className={css.state} data-phase={phase} role="status">
      <span className={css.dot} />
      <span>{held ? text.live.held : text.live[phase]}</span>
    </span>
  );
}

function Nodes() {
  const { text, locale } = useLanguage();
  const nodes = useNodes();
  if (!nodes) return null;
  const compact = new Intl.NumberFormat(locale, { notation: 'compact' }).format(nodes.lost);
  return (
    <>
      <span
        className={css.fact}
        data-warn={nodes.reporting < nodes.total || undefined}
        title={text.header.nodesTitle(nodes.reporting, nodes.total)}
      >
        <NodeIcon size={14} />
        {nodes.reporting < nodes.total ? `${nodes.reporting}/` : ''}
        {text.header.nodes(nodes.total)}
      </span>
      <span
        className={css.fact}
        data-warn={nodes.lost > 0 || undefined}
        data-quiet={nodes.lost === 0 || undefined}
        title={nodes.lost > 0 ? text.header.lostTitle(nodes.lost.toLocaleString(locale)) : text.header.lostNone}
      >
        <GapIcon size={14} />
        {text.header.lost(compact)}
      </span>
    </>
  );
}
