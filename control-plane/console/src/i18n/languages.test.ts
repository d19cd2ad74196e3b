import { describe, expect, it } from 'vitest';
import { LANGUAGES, localeFor, pickLanguage } from './language.tsx';

/** Every text by its path. Texts with values in them are called with `1`s. */
function texts(messages: object, path = ''): [path: string, text: string][] {
  return Object.entries(messages).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const at = `${path}.${key}`;
    if (typeof value === 'function') return [[at, String(value(...Array.from({ length: value.length }, () => 1)))]];
    return typeof value === 'object' && value !== null ? texts(value, at) : [[at, String(value)]];
  });
}

describe.each(Object.entries(LANGUAGES))('%s', (_tag, messages) => {
  it('has every text, none of them empty', () => {
    const own = texts(messages);
    expect(own.map(([path]) => path).sort()).toEqual(
      texts(LANGUAGES.en)
        .map(([path]) => path)
        .sort(),
    );
    for (const [path, text] of own) expect(text.trim(), path).not.toBe('');
  });
});

it('leaves no English sentence in Chinese', () => {
  const english = new Map(texts(LANGUAGES.en));
  const same = texts(LANGUAGES['zh-CN']).filter(([path, text]) => english.get(path) === text);
  const technical = ['.brand', '.tabs.json', '.mitre', '.pod', '.command', '.pid', '.uid'];
  expect(same.filter(([path]) => !technical.some((end) => path.endsWith(end)))).toEqual([]);
});

it('picks the first wish that is known', () => {
  expect(pickLanguage(['zh-TW', 'en'])).toBe('zh-CN');
  expect(pickLanguage(['fr-FR', 'zh-Hans-CN', 'en'])).toBe('zh-CN');
  expect(pickLanguage(['en-GB', 'zh'])).toBe('en');
  expect(pickLanguage(['fr'])).toBe('en');
  expect(pickLanguage([])).toBe('en');
});

it('takes dates in the region of the reader', () => {
  expect(localeFor('en', ['fr', 'en-GB', 'en-US'])).toBe('en-GB');
  expect(localeFor('zh-CN', ['en'])).toBe('zh-CN');
});
