import { isMap, type YAMLMap } from 'yaml';
import { loadRules } from '../rules/load/load-rules.ts';
import { join, showLines, test } from './expression.ts';
import { oneLine, writeEntry } from './rule-entry.ts';
import { SigmaDocument } from './sigma-document.ts';
import { SigmaError, type SigmaPosition } from './sigma-error.ts';
import { LOG_SOURCES, type LogSource } from './sigma-fields.ts';
import { convertDetection } from './sigma-selection.ts';

export interface SigmaFile {
  readonly name: string;
  readonly text: string;
}

/** What became of one Sigma rule. */
export interface SigmaOutcome extends SigmaPosition {
  /** Title of the rule; of a document that is none, what stands for it. */
  readonly title: string;
  /** Name of the rule that was made; undefined when it was refused. */
  readonly rule: string | undefined;
  /** Why it was refused. The position is then that of what is in the way. */
  readonly reason: string | undefined;
}

export interface SigmaResult {
  /** A rule file with the rules that were made; it loads without an error. */
  readonly text: string;
  /** One for each document, in order. */
  readonly outcomes: readonly SigmaOutcome[];
}

/** Keys of documents that are no rule of their own. */
const OTHER_DOCUMENTS: Readonly<Record<string, string>> = {
  action: 'collections with "action" are not supported: write each rule out',
  correlation: 'correlations are not supported: write a window or sequence by hand',
  filter: 'filters are not supported: write an exception by hand',
};

/** Converts Sigma rules. Never throws for what is in the files: what can not be said is told with its place. */
export function convertSigma(files: readonly SigmaFile[]): SigmaResult {
  const names = new Set<string>();
  const entries: string[] = [];
  const outcomes = files.flatMap((file) => {
    const documents = SigmaDocument.read(file.name, file.text);
    if (documents.length === 0)
      return [refused('(empty)', new SigmaError('SIGMA_SYNTAX', 'the file is empty', startOf(file)))];
    return documents.map((document) => {
      const title = titleOf(document);
      try {
        const { name, text } = convertDocument(document, title, names);
        names.add(name);
        entries.push(text);
        return { title, rule: name, reason: undefined, ...document.place() };
      } catch (error) {
        if (!(error instanceof SigmaError)) throw error;
        return refused(title, error);
      }
    });
  });
  return { text: entries.join('\n'), outcomes };
}

const startOf = ({ name }: SigmaFile): SigmaPosition => ({ file: name, line: 1, column: 1 });

const refused = (title: string, { message, position }: SigmaError): SigmaOutcome => ({
  title,
  rule: undefined,
  reason: message,
  ...position,
});

function titleOf(document: SigmaDocument): string {
  const title = isMap(document.root) ? document.root.get('title') : undefined;
  return oneLine(typeof title === 'string' ? title : '') || '(without a title)';
}

function convertDocument(
  document: SigmaDocument,
  title: string,
  names: ReadonlySet<string>,
): { readonly name: string; readonly text: string } {
  const root = document.map();
  for (const [key, why] of Object.entries(OTHER_DOCUMENTS))
    if (root.has(key)) throw document.error('SIGMA_UNSUPPORTED', why, document.node(root, key));
  if (oneLine(document.text(root, 'title') ?? '') === '')
    throw document.error('SIGMA_SYNTAX', 'the rule has no title', root);
  const source = logSourceOf(document, root);
  const detection = document.node(root, 'detection');
  if (!isMap(detection)) throw document.error('SIGMA_SYNTAX', 'the rule has no detection', detection ?? root);
  const found = convertDetection(detection, { document, source });
  const condition = showLines(join('and', [test(source.condition), found]));
  const name = freeName(title, names);
  const text = writeEntry({ document, root, source, name, condition });
  checkLoads(text, document, detection);
  return { name, text };
}

function logSourceOf(document: SigmaDocument, root: YAMLMap): LogSource {
  const node = document.node(root, 'logsource');
  if (!isMap(node)) throw document.error('SIGMA_SYNTAX', 'the rule has no logsource', node ?? root);
  const text = (key: string) => document.text(node, key)?.toLowerCase();
  const [product, category, service] = [text('product'), text('category'), text('service')];
  const source = Object.hasOwn(LOG_SOURCES, category ?? '') ? LOG_SOURCES[category ?? ''] : undefined;
  if (product === 'linux' && source && service === undefined) return source;
  const asked = [product, category, service].filter((part) => part !== undefined).join('/') || 'nothing';
  const known = Object.keys(LOG_SOURCES).join(', ');
  throw document.error(
    'SIGMA_UNSUPPORTED',
    `the log source ${asked} is not collected: it takes the product linux and one of the categories ${known}`,
    node,
  );
}

/** A later rule of the same name would replace the one before. */
function freeName(title: string, names: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? title : `${title} (${n})`;
    if (!names.has(name)) return name;
  }
}

/** What the language refuses, as a pattern that RE2 does not know, is told where the rule looks for it. */
function checkLoads(text: string, document: SigmaDocument, node: unknown): void {
  const { rules, problems } = loadRules([{ name: 'converted', text }]);
  const error = problems.find(({ severity }) => severity === 'error');
  if (error) throw document.error('SIGMA_UNSUPPORTED', error.message, node);
  const warning = problems.find(({ message }) => message.includes('can not match'));
  if (warning || rules.length !== 1)
    throw document.error('SIGMA_UNSUPPORTED', warning?.message ?? 'no rule came of it', node);
}
