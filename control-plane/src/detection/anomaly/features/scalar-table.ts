import { SCALARS } from './scalars.ts';

/** The scalars as a table in Markdown, for docs/behaviour-features.md. */
export function scalarTable(): string {
  const rows = SCALARS.map(({ name, unit, roll, doc }) => `| \`${name}\` | ${unit} | ${roll} | ${doc} |`);
  return ['| scalar | unit | roll-up | what it says |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
