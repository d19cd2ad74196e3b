import { expect, it } from 'vitest';
import { en } from '../i18n/en.ts';
import { canaryForm, canaryText, parseCanary } from './canary-form.ts';

const EMPTY = { namespaces: '', nodes: '', labels: '', percent: '' };
const FULL = { namespaces: ['shop', 'pay'], nodes: ['n1'], labels: { app: 'web', 'a/b': '' }, percent: 2.5 };

it('reads the fields, and writes them as they were', () => {
  expect(parseCanary({ ...EMPTY, namespaces: ' shop ,, pay,' })).toEqual({ selector: { namespaces: ['shop', 'pay'] } });
  expect(parseCanary({ ...EMPTY, labels: 'app = web=1' })).toEqual({ selector: { labels: { app: 'web=1' } } });
  expect(parseCanary({ ...EMPTY, percent: ' 0 ' })).toEqual({ selector: { percent: 0 } });
  expect(parseCanary(canaryForm(FULL))).toEqual({ selector: FULL });
  expect(canaryForm(null)).toEqual(EMPTY);
});

it('says what is wrong', () => {
  expect(parseCanary(EMPTY)).toEqual({ problem: 'empty' });
  expect(parseCanary({ ...EMPTY, namespaces: ' , ' })).toEqual({ problem: 'empty' });
  for (const labels of ['app', '=web', 'app=web, tier'])
    expect(parseCanary({ ...EMPTY, labels })).toEqual({ problem: 'label' });
  for (const percent of ['-1', '100.1', 'ten', '1e9', 'NaN'])
    expect(parseCanary({ ...EMPTY, percent }), percent).toEqual({ problem: 'percent' });
  expect(parseCanary({ ...EMPTY, namespaces: 'Shop!' })).toEqual({ problem: 'invalid' });
});

it('puts a selector into words', () => {
  expect(canaryText(FULL, en, 'en')).toBe(
    'namespace is shop, pay and node is n1 and labels are app=web, a/b= and 2.5 % of the containers',
  );
});
