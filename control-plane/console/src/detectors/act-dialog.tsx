import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { keys } from '../api/keys.ts';
import { noteSignedOut } from '../api/query-client.ts';
import { useLanguage } from '../i18n/language.tsx';
import css from './act-dialog.module.css';
import { type Act, perform, questionOf } from './acts.ts';
import { CANARY_FIELDS, type CanaryForm, canaryForm, parseCanary } from './canary-form.ts';
import { ProblemNote } from './problem-note.tsx';

interface ActDialogProps {
  name: string;
  /** What is asked about; nothing while the dialog is closed. */
  act: Act | undefined;
  onClose: () => void;
  onDeleted: () => void;
  /** The dialog has left the page, and with it perhaps the button that opened it. */
  onGone: () => void;
}

/** Asks before something is done, does it, and stays open with the reason when the server refuses. */
export function ActDialog({ name, act, onClose, onDeleted, onGone }: ActDialogProps) {
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
      title={shown && questionOf(shown, name, text).title}
      centered
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      {shown && <Question key={keyOf(shown)} name={name} act={shown} onClose={onClose} onDeleted={onDeleted} />}
    </Modal>
  );
}

const keyOf = (act: Act) => `${act.kind} ${'version' in act ? act.version.id : ''}`;

function Question({ name, act, onClose, onDeleted }: Omit<ActDialogProps, 'act' | 'onGone'> & { act: Act }) {
  const { text } = useLanguage();
  const question = questionOf(act, name, text);
  const [form, setForm] = useState(canaryForm('version' in act ? act.version.canary : null));
  const [problem, setProblem] = useState<string>();
  const doing = useAct(name, act, () => (act.kind === 'delete' ? onDeleted() : onClose()));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (act.kind !== 'canary') return doing.mutate(undefined);
    const parsed = parseCanary(form);
    setProblem('problem' in parsed ? text.detectors.canary.problems[parsed.problem] : undefined);
    if ('selector' in parsed) doing.mutate(parsed.selector);
  };
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <p>{question.text}</p>
      {act.kind === 'canary' && <CanaryFields form={form} onChange={setForm} />}
      {problem && (
        <p className={css.wrong} role="alert">
          {problem}
        </p>
      )}
      {doing.error && <ProblemNote error={doing.error} />}
      <div className={css.buttons}>
        <Button variant="default" onClick={onClose}>
          {text.detectors.act.cancel}
        </Button>
        <Button
          type="submit"
          color={question.final ? 'red' : 'cyan'}
          loading={doing.isPending}
          data-autofocus={act.kind === 'canary' ? undefined : true}
        >
          {question.button}
        </Button>
      </div>
    </form>
  );
}

function CanaryFields({ form, onChange }: { form: CanaryForm; onChange: (form: CanaryForm) => void }) {
  const { text } = useLanguage();
  const words = text.detectors.canary;
  return CANARY_FIELDS.map((field) => (
    <TextInput
      key={field}
      label={words[field]}
      description={words[`${field}Hint`]}
      value={form[field]}
      onChange={(event) => onChange({ ...form, [field]: event.currentTarget.value })}
      inputMode={field === 'percent' ? 'decimal' : 'text'}
      autoCapitalize="off"
      spellCheck={false}
      data-autofocus={field === 'namespaces' || undefined}
    />
  ));
}

/** What is shown of the detector is asked for anew, also after an error: it may have changed meanwhile. */
function useAct(name: string, act: Act, onDone: () => void) {
  const queries = useQueryClient();
  const renew = (queryKey: readonly string[]) => queries.invalidateQueries({ queryKey });
  return useMutation({
    mutationFn: (canary: Parameters<typeof perform>[2]) => perform(act, name, canary),
    onSuccess: async (info) => {
      if (info) queries.setQueryData(keys.detector(name), info);
      void renew(keys.detectors);
      // The page shows what was done before the dialog goes: then it is known which buttons are left to return to.
      if (act.kind !== 'delete') await renew(keys.detector(name));
      onDone();
    },
    onError: (error) => {
      noteSignedOut(queries, error);
      void renew(keys.detector(name));
    },
  });
}
