import { ActionIcon } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import type { ComponentType } from 'react';
import { useLanguage } from '../i18n/language.tsx';
import { CheckIcon, CopyIcon } from '../shell/icons.tsx';

interface CopyButtonProps {
  value: string;
  label?: string;
  icon?: ComponentType;
}

/** Copies a value. Text of events goes through `visibleText` first, so that pasting it into a terminal is harmless. */
export function CopyButton({ value, label, icon: Icon = CopyIcon }: CopyButtonProps) {
  const { text } = useLanguage();
  const clipboard = useClipboard({ timeout: 1500 });
  const idle = label ?? text.common.copy;
  const title = clipboard.error ? text.common.copyFailed : clipboard.copied ? text.common.copied : idle;
  return (
    <ActionIcon
      variant="subtle"
      color={clipboard.error ? 'red' : 'gray'}
      size="sm"
      title={title}
      aria-label={title}
      onClick={() => clipboard.copy(value)}
    >
      {clipboard.copied ? <CheckIcon /> : <Icon />}
    </ActionIcon>
  );
}
