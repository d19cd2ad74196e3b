import { NameTrust, shapeName } from '../paths/name-shape.ts';

/**
 * Labels kept, from the end: names are as long as who owns the domain likes. The fifth tells services of a cluster from each
 * other, and buckets of a cloud.
 */
const MOST_LABELS = 5;

/** The class of a DNS name: running parts of its labels are `*`, and so is what comes before the last five. */
export function dnsClass(name: string): string {
  const trimmed = name.endsWith('.') ? name.slice(0, -1) : name;
  if (trimmed === '') return '.';
  if (/\.(?:in-addr|ip6)\.arpa$/i.test(trimmed)) return `*.${/in-addr/i.test(trimmed) ? 'in-addr' : 'ip6'}.arpa`;
  const labels = trimmed.toLowerCase().split('.');
  const kept = labels.slice(-MOST_LABELS).map((label) => shapeName(label, NameTrust.usual));
  return labels.length > MOST_LABELS ? `*.${kept.join('.')}` : kept.join('.');
}
