import { expect, it } from 'vitest';
import { parseEvent } from './event.ts';

const ID = 'e'.repeat(64);
const line = (action: string, attributes: object = {}, type = 'container', id = ID) =>
  JSON.stringify({ Type: type, Action: action, Actor: { ID: id, Attributes: attributes }, time: 1 });

it('reads what changes a container', () => {
  expect(parseEvent(line('rename', { name: 'second', image: 'web:1', oldName: '/first' }))).toEqual({
    what: 'changed',
    id: ID,
    name: 'second',
    image: 'web:1',
  });
  expect(parseEvent(line('die'))).toMatchObject({ what: 'changed', name: '', image: '' });
});

it('knows the end of a container in the words of both engines', () => {
  expect(parseEvent(line('destroy'))).toEqual({ what: 'gone', id: ID });
  expect(parseEvent(line('remove'))).toEqual({ what: 'gone', id: ID });
});

it('reads what happens to images', () => {
  const event = parseEvent(line('tag', { name: 'web:2' }, 'image', 'sha256:1'));
  expect(event).toEqual({ what: 'image', id: 'sha256:1', reference: 'web:2' });
});

it.each(['exec_create: /bin/sh -c true', 'exec_die', 'health_status: healthy', 'top', 'init'])(
  'passes %s by',
  (action) => {
    expect(parseEvent(line(action))).toEqual({ what: 'other' });
  },
);

it.each([
  ['no JSON', '{"Type":'],
  ['no object', '[1]'],
  ['no type', '{"Action":"start"}'],
  ['no action', '{"Type":"container"}'],
  ['an odd id', line('start', {}, 'container', '../../x')],
  ['a number for an id', '{"Type":"container","Action":"start","Actor":{"ID":7}}'],
])('takes %s for no event', (_, text) => {
  expect(parseEvent(text)).toBeUndefined();
});
