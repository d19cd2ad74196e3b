import { CopyButton } from '../text/copy-button.tsx';
import css from './layout.module.css';

/** A command to copy. */
export function CommandLine({ command }: { command: string }) {
  return (
    <p className={css.command}>
      <code>{command}</code>
      <CopyButton value={command} />
    </p>
  );
}
