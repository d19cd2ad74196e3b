const TECHNIQUE = /^T(\d{4})(?:\.(\d{3}))?$/i;
const TACTIC = /^TA\d{4}$/i;

/**
 * Where ATT&CK explains a tag: techniques (T1059, T1059.004) and tactics (TA0002). Nothing for other tags, so that
 * text of an alert never chooses where a link leads.
 */
export function mitreUrl(tag: string): string | undefined {
  const technique = TECHNIQUE.exec(tag);
  if (technique) {
    const [, id, sub] = technique;
    return `https://attack.mitre.org/techniques/T${id}/${sub ? `${sub}/` : ''}`;
  }
  return TACTIC.test(tag) ? `https://attack.mitre.org/tactics/${tag.toUpperCase()}/` : undefined;
}
