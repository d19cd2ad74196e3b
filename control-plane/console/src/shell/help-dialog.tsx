import { Kbd, Modal } from '@mantine/core';
import { useLanguage } from '../i18n/language.tsx';
import css from './help-dialog.module.css';

/** The keyboard shortcuts. */
export function HelpDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { text } = useLanguage();
  const rows: readonly (readonly [keys: readonly string[], what: string])[] = [
    [['j', 'k'], text.keys.move],
    [['Enter'], text.keys.open],
    [['Esc'], text.keys.close],
    [['/'], text.keys.search],
    [['p'], text.keys.pause],
    [['?'], text.keys.help],
  ];
  return (
    <Modal
      opened={opened}
      // A moment later: the Esc of the page, which closes what is open, must still see that there was a dialog.
      onClose={() => setTimeout(onClose)}
      title={text.keys.title}
      centered
      size="sm"
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      <dl className={css.list}>
        {rows.map(([keys, what]) => (
          <div key={what} className={css.line}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
