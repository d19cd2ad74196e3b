import type { Test } from '../load/checked-condition.ts';

/** Of fields that are put together from several values, or looked for along the ancestors. */
const MADE =
  /^proc\.(args|cmdline|pcmdline|acmdline|env)|^evt\.(args|arg\.(flags|mode|prot))$|^container\.(mount|label)|^k8s\.|^picket\.proc\.|^fd\..*name/;
const LOOKED_UP = /^proc\.a|^proc\.(sname|vpgid)|\.name$|^user\.|^group\.|^thread\.cap|^picket\./;
/** Read from the record, or from the process at hand. */
const AT_HAND = /^evt\.(type|failed|is_open_)|^proc\.(name|exepath|exe|pname|tty|is_)|^fd\.typechar|^container\.id$/;

/** About how many ns a test takes: what its operator does to what its field takes to get. */
export function costOf({ field, operator, values }: Test): number {
  const transformed = (field.transformers?.length ?? 0) * 100;
  return fieldCost(field.name) + transformed + operatorCost(operator, values.type);
}

function fieldCost(name: string): number {
  if (name === 'evt.type' || name.startsWith('evt.is_open')) return 2;
  if (AT_HAND.test(name)) return 10;
  if (MADE.test(name)) return 150;
  if (LOOKED_UP.test(name)) return 60;
  return 30;
}

function operatorCost(operator: Test['operator'], values: Test['values']['type']): number {
  if (values === 'computed') return 200;
  if (values === 'pattern') return 100;
  switch (operator) {
    case 'in':
    case 'intersects':
      return 15;
    case 'contains':
    case 'endswith':
      return 20;
    case 'pmatch':
      return 30;
    case 'glob':
      return 40;
    case 'icontains':
    case 'iglob':
      return 100;
    default:
      return 5;
  }
}
