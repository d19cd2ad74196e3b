import { useEffect, useEffectEvent } from 'react';

/** What the keys of a page do; a key whose action is left out does nothing. */
export interface ListKeys {
  /** Moves to the next (1) or previous (-1) row. */
  readonly onMove?: (step: 1 | -1) => void;
  readonly onClose?: () => void;
  readonly onSearch?: () => void;
  readonly onPause?: () => void;
  readonly onHelp?: () => void;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** Keyboard of a list. Enter needs nothing here: rows are links. */
export function useListKeys(keys: ListKeys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    // A dialog or a menu on top has its own keyboard.
    if (document.querySelector('[role="dialog"], [role="menu"]')) return;
    if (isTyping(event.target)) {
      if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur();
      return;
    }
    const action = actionOf(event.key, keys);
    if (!action) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function actionOf(key: string, keys: ListKeys): (() => void) | undefined {
  const { onMove } = keys;
  switch (key) {
    case 'j':
      return onMove && (() => onMove(1));
    case 'k':
      return onMove && (() => onMove(-1));
    case 'Escape':
      return keys.onClose;
    case '/':
      return keys.onSearch;
    case 'p':
      return keys.onPause;
    case '?':
      return keys.onHelp;
    default:
      return undefined;
  }
}
