import { Button } from '@mantine/core';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { useLanguage } from '../i18n/language.tsx';
import css from './message-page.module.css';

interface CrashState {
  readonly error: unknown;
  readonly crashed: boolean;
}

/** Shows a page instead of nothing when a part of the console throws while it draws. */
export class CrashPage extends Component<{ children: ReactNode }, CrashState> {
  override state: CrashState = { error: undefined, crashed: false };

  static getDerivedStateFromError(error: unknown): CrashState {
    return { error, crashed: true };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error('the console failed to draw', error, info.componentStack);
  }

  override render(): ReactNode {
    return this.state.crashed ? <Crash error={this.state.error} /> : this.props.children;
  }
}

function Crash({ error }: { error: unknown }) {
  const { text } = useLanguage();
  return (
    <div className={css.message} role="alert">
      <h1>{text.errors.title}</h1>
      <p>{text.errors.crash}</p>
      <code>{error instanceof Error ? error.message : String(error)}</code>
      <Button onClick={() => window.location.reload()}>{text.errors.reload}</Button>
    </div>
  );
}
