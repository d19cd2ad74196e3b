import { describe, expect, it } from 'vitest';
import { clockTime, durationText, fullTime, parseTime, relativeTime } from './times.ts';

const NOON = Date.UTC(2026, 0, 5, 12);

describe('parseTime', () => {
  it('reads any number of fraction digits', () => {
    expect(parseTime('2026-01-05T12:00:00Z')).toBe(NOON);
    expect(parseTime('2026-01-05T12:00:00.5Z')).toBe(NOON + 500);
    expect(parseTime('2026-01-05T12:00:00.123456789Z')).toBe(NOON + 123);
    expect(parseTime('yesterday')).toBeNaN();
  });
});

describe('relativeTime', () => {
  const text = (secondsAgo: number, locale = 'en') => relativeTime(NOON - secondsAgo * 1000, NOON, locale, 'now');

  it('rounds towards now in the largest unit that fits', () => {
    expect(text(0)).toBe('now');
    expect(text(4)).toBe('now');
    expect(text(-4)).toBe('now');
    expect(text(59)).toBe('59 sec. ago');
    expect(text(119)).toBe('1 min. ago');
    expect(text(3600)).toBe('1 hr. ago');
    expect(text(86_400 * 3)).toBe('3 days ago');
    expect(text(-120)).toBe('in 2 min.');
  });

  it('speaks other languages', () => {
    expect(text(120, 'zh-CN')).toBe('2分钟前');
  });

  it('says nothing about a time that is none', () => {
    expect(relativeTime(Number.NaN, NOON, 'en', 'now')).toBe('');
    expect(clockTime(Number.NaN, NOON, 'en')).toBe('');
    expect(fullTime(Number.NaN, 'en')).toBe('');
  });
});

describe('clockTime', () => {
  it('adds the date only on another day', () => {
    const local = new Date(2026, 0, 5, 9, 3, 7).getTime();
    expect(clockTime(local, local + 1000, 'en-GB')).toBe('09:03:07');
    expect(clockTime(local, local + 86_400_000, 'en-GB')).toBe('5 Jan, 09:03:07');
    expect(clockTime(new Date(2026, 0, 5, 0, 0, 1).getTime(), local, 'en-US')).toBe('00:00:01');
  });
});

describe('durationText', () => {
  it.each([
    [0n, '<1 ms'],
    [999_999n, '<1 ms'],
    [12_000_000n, '12 ms'],
    [2_340_000_000n, '2.3 sec'],
    [62_000_000_000n, '1 min'],
    [7_200_000_000_000n, '2 hr'],
    [86_400_000_000_000n * 12n, '12 days'],
  ])('%d ns is %s', (ns, text) => {
    expect(durationText(ns, 'en')).toBe(text);
  });
});
