import { ActionIcon } from '@mantine/core';
import { useLanguage } from '../i18n/language.tsx';
import { BackIcon, CloseIcon, DownIcon, LinkIcon, UpIcon } from '../shell/icons.tsx';
import { CopyButton } from '../text/copy-button.tsx';
import css from './detail-tools.module.css';

interface DetailToolsProps {
  uuid: string;
  cover: boolean;
  onClose: () => void;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
}

/** The line above an alert: back or close, the neighbours, and a link to hand on. */
export function DetailTools({ uuid, cover, onClose, onPrevious, onNext }: DetailToolsProps) {
  const { text } = useLanguage();
  const link = `${window.location.origin}/alerts/${uuid}`;
  return (
    <div className={css.tools}>
      {cover && (
        <ActionIcon variant="subtle" color="gray" aria-label={text.common.back} onClick={onClose}>
          <BackIcon />
        </ActionIcon>
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        disabled={!onPrevious}
        onClick={onPrevious}
        aria-label={text.detail.previous}
        title={`${text.detail.previous} (k)`}
      >
        <UpIcon />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        disabled={!onNext}
        onClick={onNext}
        aria-label={text.detail.next}
        title={`${text.detail.next} (j)`}
      >
        <DownIcon />
      </ActionIcon>
      <code className={css.uuid}>{uuid}</code>
      <CopyButton value={link} label={text.detail.copyLink} icon={LinkIcon} />
      {!cover && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={text.common.close}
          title={`${text.common.close} (Esc)`}
          onClick={onClose}
        >
          <CloseIcon />
        </ActionIcon>
      )}
    </div>
  );
}
