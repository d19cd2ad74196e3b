import { Button } from '@mantine/core';
import { useLanguage } from '../i18n/language.tsx';
import { PauseIcon, PlayIcon, UpIcon } from '../shell/icons.tsx';
import css from './live-bar.module.css';
import type { AlertList } from './use-alert-list.ts';

interface LiveBarProps {
  list: AlertList;
  paused: boolean;
  onPause: () => void;
  onShowNew: () => void;
}

/** How many alerts are shown, the pause switch, and the button that brings the alerts held back. */
export function LiveBar({ list, paused, onPause, onShowNew }: LiveBarProps) {
  const { text } = useLanguage();
  return (
    <div className={css.bar}>
      <h1 className={css.title}>{text.list.title}</h1>
      <span className="dim">{list.shown.length > 0 && text.list.shown(list.shown.length, list.more)}</span>
      <span className={css.space} aria-live="polite">
        {list.held > 0 && (
          <Button
            className={css.fresh ?? ''}
            size="compact-sm"
            radius="xl"
            leftSection={<UpIcon size={13} />}
            title={text.live.freshTitle}
            onClick={onShowNew}
          >
            {text.live.fresh(list.held, list.overflow)}
          </Button>
        )}
      </span>
      <Button
        variant={paused ? 'filled' : 'default'}
        size="compact-sm"
        leftSection={paused ? <PlayIcon size={13} /> : <PauseIcon size={13} />}
        title={`${paused ? text.live.resumeTitle : text.live.pauseTitle} (p)`}
        aria-pressed={paused}
        onClick={onPause}
      >
        {paused ? text.live.resume : text.live.pause}
      </Button>
    </div>
  );
}
