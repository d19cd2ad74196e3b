import { Link } from 'react-router';
import { useLanguage } from '../i18n/language.tsx';
import css from './message-page.module.css';

/** An address that leads nowhere. */
export function NotFound() {
  const { text } = useLanguage();
  return (
    <main className={css.message} id="content">
      <h1>{text.errors.missing}</h1>
      <Link to="/alerts">{text.errors.home}</Link>
    </main>
  );
}
