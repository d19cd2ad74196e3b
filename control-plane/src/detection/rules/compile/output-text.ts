import type { ShownValue } from '../fields/show-value.ts';
import { escapeControls } from './escape-controls.ts';

const ABSENT = '<NA>';

/** What an alert shows of a field: null for none. The id of a container that is not known yet is empty. */
export function shownField(key: string, value: ShownValue | undefined): ShownValue | null {
  return value === undefined || (value === '' && key.startsWith('container.')) ? null : value;
}

/** How a field reads in the text of an output. */
export const fieldText = (shown: ShownValue | null | undefined): string =>
  shown === null || shown === undefined ? ABSENT : escapeControls(String(shown));
