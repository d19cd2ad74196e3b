import { createTheme } from '@mantine/core';

/** System fonts only: nothing is fetched from elsewhere, and Chinese has a face on every common system. */
const SANS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

export const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: { light: 9, dark: 9 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: SANS,
  fontFamilyMonospace: MONO,
  headings: { fontFamily: SANS, fontWeight: '650' },
  colors: {
    dark: [
      '#dde2ea',
      '#b6bdc9',
      '#929cac',
      '#687385',
      '#333c4a',
      '#2a323e',
      '#1d242e',
      '#151a21',
      '#10141a',
      '#0b0e12',
    ],
  },
});
