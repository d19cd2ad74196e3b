import { BASELINE_CLASS, TOKEN_CLASSES } from './token-classes.ts';

/** Sections of a written profile: its classes, then what rules with a baseline have learned. */
export const PROFILE_SECTIONS: readonly { readonly letter: string; readonly name: string }[] = [
  ...TOKEN_CLASSES.map(({ letter, name }) => ({ letter, name })),
  { letter: BASELINE_CLASS, name: 'baselines' },
];
