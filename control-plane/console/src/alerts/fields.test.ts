import { describe, expect, it } from 'vitest';
import { fieldRows, searchFields } from './fields.ts';
import { sampleAlert } from './sample-alert.ts';

const alert = sampleAlert(1, {
  output_fields: { 'proc.name': 'sh', 'evt.failed': false, 'user.uid': 0, 'k8s.ns.name': null },
  event: { args: ['sh', '-c', 'id'], time: '8412345678901', peers: [[1, 2]], missing: undefined, empty: '' },
});

describe('fieldRows', () => {
  it('lists the output fields, then those of the event, each by name', () => {
    const rows = fieldRows(alert);
    expect(rows.map((row) => row.name)).toEqual([
      ...['evt.failed', 'k8s.ns.name', 'proc.name', 'user.uid'],
      ...['args', 'empty', 'missing', 'peers', 'time'],
    ]);
    expect(rows.filter((row) => row.group === 'output')).toHaveLength(4);
  });

  it('keeps 0, false and empty apart from what is not known', () => {
    const by = new Map(fieldRows(alert).map((row) => [row.name, row]));
    expect(by.get('user.uid')).toMatchObject({ value: '0', missing: false });
    expect(by.get('evt.failed')).toMatchObject({ value: 'false', missing: false });
    expect(by.get('empty')).toMatchObject({ value: '', missing: false });
    expect(by.get('k8s.ns.name')).toMatchObject({ value: '', missing: true });
    expect(by.get('missing')).toMatchObject({ missing: true });
    expect(by.get('args')?.value).toBe('sh -c id');
    expect(by.get('peers')?.value).toBe('[[1,2]]');
  });

  it('works without an event', () => {
    expect(fieldRows(sampleAlert(1))).toEqual([]);
  });
});

describe('searchFields', () => {
  const names = (query: string) => searchFields(fieldRows(alert), query).map((row) => row.name);

  it('finds all words in name or value whatever the case', () => {
    expect(names('PROC')).toEqual(['proc.name']);
    expect(names('sh')).toEqual(['proc.name', 'args']);
    expect(names('args id')).toEqual(['args']);
    expect(names('nothing')).toEqual([]);
  });

  it('shows everything for an empty query', () => {
    expect(names('  ')).toHaveLength(9);
  });
});
