import { CanarySelector } from '@picket/sdk/client';
import type { Messages } from '../i18n/en.ts';

/** What stands in the fields of the canary dialog. */
export interface CanaryForm {
  readonly namespaces: string;
  readonly nodes: string;
  readonly labels: string;
  readonly percent: string;
}

export const CANARY_FIELDS = ['namespaces', 'nodes', 'labels', 'percent'] as const satisfies (keyof CanaryForm)[];

type Problem = keyof Messages['detectors']['canary']['problems'];

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);

/** The fields of a selector that holds already; empty ones for none. */
export const canaryForm = (selector: CanarySelector | null): CanaryForm => ({
  namespaces: selector?.namespaces?.join(', ') ?? '',
  nodes: selector?.nodes?.join(', ') ?? '',
  labels: Object.entries(selector?.labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(', '),
  percent: selector?.percent?.toString() ?? '',
});

/** The selector that the fields stand for, or what is wrong with them. */
export function parseCanary(form: CanaryForm): { readonly selector: CanarySelector } | { readonly problem: Problem } {
  const [namespaces, nodes, labels] = [form.namespaces, form.nodes, form.labels].map(listOf);
  const percent = form.percent.trim();
  const pairs = labels?.map(labelOf) ?? [];
  if (pairs.includes(undefined)) return { problem: 'label' };
  if (percent !== '' && !(Number(percent) >= 0 && Number(percent) <= 100)) return { problem: 'percent' };
  const selector = {
    ...(namespaces?.length && { namespaces }),
    ...(nodes?.length && { nodes }),
    ...(pairs.length > 0 && { labels: Object.fromEntries(pairs.filter((pair) => pair !== undefined)) }),
    ...(percent !== '' && { percent: Number(percent) }),
  };
  if (Object.keys(selector).length === 0) return { problem: 'empty' };
  const parsed = CanarySelector.safeParse(selector);
  return parsed.success ? { selector: parsed.data } : { problem: 'invalid' };
}

function labelOf(text: string): readonly [name: string, value: string] | undefined {
  const at = text.indexOf('=');
  return at > 0 ? [text.slice(0, at).trim(), text.slice(at + 1).trim()] : undefined;
}

/** A selector in words. */
export function canaryText(selector: CanarySelector, text: Messages, locale: string): string {
  const { version } = text.detectors;
  const form = canaryForm(selector);
  return [
    form.namespaces && version.inNamespaces(form.namespaces),
    form.nodes && version.nodes(form.nodes),
    form.labels && version.labels(form.labels),
    selector.percent !== undefined && version.percent(selector.percent.toLocaleString(locale)),
  ]
    .filter(Boolean)
    .join(version.and);
}
