import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { keys } from '../api/keys.ts';
import { noteSignedOut } from '../api/query-client.ts';
import css from '../detectors/act-dialog.module.css';
import { ProblemNote } from '../detectors/problem-note.tsx';
import { useLanguage } from '../i18n/language.tsx';
import { visibleText } from '../text/visible-text.ts';
import { type Act, perform, questionOf } from './acts.ts';

interface ActDialogProps {
  id: string;
  /** What is asked about; nothing while the dialog is closed. */
  act: Act | undefined;
  onClose: () => void;
  /** The dialog has left the page, and with it perhaps the button that opened it. */
  onGone: () => void;
}

/** Asks before something is done, does it, and stays open with the reason when the server refuses. */
export function ActDialog({ id, act, onClose, onGone }: ActDialogProps) {
  const { text } = useLanguage();
  // The words stay while the dialog fades.
  const [last, setLast] = useState(act);
  if (act && act !== last) setLast(act);
  const shown = act ?? last;
  return (
    <Modal
      opened={act !== undefined}
      // A moment later: the Esc of the page, which leaves it, must still see that there was a dialog.
      onClose={() => setTimeout(onClose)}
      onExitTransitionEnd={onGone}
      title={shown && visibleText(questionOf(shown, text).title)}
      centered
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      {shown && <Question key={JSON.stringify(shown)} id={id} act={shown} onClose={onClose} />}
    </Modal>
  );
}

function Question({ id, act, onClose }: { id: string; act: Act; onClose: () => void }) {
  const { text } = useLanguage();
  const words = text.behaviour;
  const question = questionOf(act, text);
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const doing = useAct(id, act, onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const lacks = question.needsReason && reason.trim() === '';
    setMissing(lacks);
    if (!lacks) doing.mutate(reason);
  };
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <p>{question.text}</p>
      <TextInput
        label={words.reason}
        description={question.needsReason ? words.reasonNeeded : words.reasonHint}
        value={reason}
        maxLength={500}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
      {missing && (
        <p className={css.wrong} role="alert">
          {words.reasonMissing}
        </p>
      )}
      {doing.error && <ProblemNote error={doing.error} />}
      <div className={css.buttons}>
        <Button variant="default" onClick={onClose}>
          {words.act.cancel}
        </Button>
        <Button type="submit" color={question.final ? 'red' : 'cyan'} loading={doing.isPending}>
          {question.button}
        </Button>
      </div>
    </form>
  );
}

/** What is shown of the workload is asked for anew, also after an error: it may have changed meanwhile. */
function useAct(id: string, act: Act, onDone: () => void) {
  const queries = useQueryClient();
  const renew = async () => {
    void queries.invalidateQueries({ queryKey: keys.models });
    await queries.invalidateQueries({ queryKey: keys.model(id) });
  };
  return useMutation({
    mutationFn: (reason: string) => perform(act, id, reason),
    onSuccess: async () => {
      // The page shows what was done before the dialog goes: then it is known which buttons are left to return to.
      await renew();
      onDone();
    },
    onError: (error) => {
      noteSignedOut(queries, error);
      void renew();
    },
  });
}
