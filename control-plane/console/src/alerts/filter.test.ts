import { describe, expect, it } from 'vitest';
import { filterCount, filterQuery, matchesFilter, NO_FILTER, parseFilter, writeFilter } from './filter.ts';
import { sampleAlert } from './sample-alert.ts';

const parse = (query: string) => parseFilter(new URLSearchParams(query));

describe('the filter in the address', () => {
  it('is read and written without change', () => {
    const query = 'priority=Warning&rule=Write+below+etc&container=web%2Fa%26b&q=caf%C3%A9+%2Fetc';
    const filter = parse(query);
    expect(filter).toEqual({ priority: 'Warning', rule: 'Write below etc', container: 'web/a&b', q: 'café /etc' });
    expect(writeFilter(filter, new URLSearchParams()).toString()).toBe(query);
  });

  it('ignores what makes no sense', () => {
    expect(parse('priority=Catastrophe&rule=%20&foo=1')).toEqual(NO_FILTER);
    expect(parse('priority=warning').priority).toBe('Warning');
    expect(parse(`q=${'x'.repeat(5000)}`).q).toHaveLength(200);
  });

  it('keeps other parameters and leaves out what is not set', () => {
    const out = writeFilter({ ...NO_FILTER, q: 'ssh' }, new URLSearchParams('lang=en&rule=old&priority=Error'));
    expect(Object.fromEntries(out)).toEqual({ lang: 'en', q: 'ssh' });
    expect(filterQuery({ ...NO_FILTER, priority: 'Error' })).toEqual({ priority: 'Error' });
  });

  it('counts what is set', () => {
    expect(filterCount(NO_FILTER)).toBe(0);
    expect(filterCount(parse('priority=Error&q=a'))).toBe(2);
  });
});

describe('a live alert', () => {
  const alert = sampleAlert(1);
  const matches = (query: string) => matchesFilter(alert, parse(query));

  it('passes a severity that is its own or a milder one', () => {
    expect(matches('priority=Notice')).toBe(true);
    expect(matches('priority=Debug')).toBe(true);
    expect(matches('priority=Warning')).toBe(false);
  });

  it('passes its rule only by the whole name', () => {
    expect(matches('rule=Terminal+shell+in+container')).toBe(true);
    expect(matches('rule=Terminal')).toBe(false);
  });

  it('passes its container by name, short id and full id', () => {
    for (const name of ['web', '3f9c2b7d81aa', '3f9c2b7d81aa5be0']) expect(matches(`container=${name}`)).toBe(true);
    expect(matches('container=we')).toBe(false);
    expect(matchesFilter({ ...alert, container: null }, parse('container=web'))).toBe(false);
  });

  it('passes text in rule, output, node, container and image whatever the case', () => {
    for (const text of ['TERMINAL', 'sh -i', 'Worker-03', 'WEB', 'nginx:1']) expect(matches(`q=${text}`)).toBe(true);
    expect(matches('q=falco')).toBe(false);
  });
});
