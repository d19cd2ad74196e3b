import type { YAMLMap } from 'yaml';
import type { YamlFile } from './yaml-file.ts';

/** What people should know of a rule; it changes nothing that the rule finds. */
export interface RuleMetadata {
  /** How well tried the rule is, as `stable`, `incubating`, `sandbox` or `deprecated`. */
  readonly maturity: string | undefined;
  /** Where to read more, mostly addresses of pages. */
  readonly references: readonly string[];
  /** What ordinary work the rule is known to fire for. */
  readonly noise: string | undefined;
  /** What to change where it fires too often. */
  readonly tuning: string | undefined;
}

export const METADATA_KEYS = ['maturity', 'references', 'expected_noise', 'how_to_tune'] as const;

export const NO_METADATA: RuleMetadata = {
  maturity: undefined,
  references: [],
  noise: undefined,
  tuning: undefined,
};

const MATURITY_TAG = 'maturity_';

/**
 * Reads what a rule entry says of itself; what it does not name stays as it was.
 * @throws RuleError for a value that is no text, or no list of texts
 */
export function readMetadata(
  yaml: YamlFile,
  entry: YAMLMap,
  old: RuleMetadata,
  modeOf: (key: string) => 'append' | 'replace',
): RuleMetadata {
  const text = (key: string) => yaml.text(entry, key)?.text.trim();
  const node = yaml.node(entry, 'references');
  const references = node && yaml.list(node, 'references').map((item) => yaml.scalarText(item, 'a reference').text);
  return {
    maturity: text('maturity') ?? old.maturity,
    references: references
      ? [...(modeOf('references') === 'append' ? old.references : []), ...references]
      : old.references,
    noise: text('expected_noise') ?? old.noise,
    tuning: text('how_to_tune') ?? old.tuning,
  };
}

/** Falco's files tell the maturity by a tag. */
export function withMaturityOf(metadata: RuleMetadata, tags: readonly string[]): RuleMetadata {
  if (metadata.maturity !== undefined) return metadata;
  const tag = tags.find((name) => name.startsWith(MATURITY_TAG));
  return { ...metadata, maturity: tag?.slice(MATURITY_TAG.length) };
}
