import { isMap, isSeq, type YAMLMap } from 'yaml';
import { RuleError } from '../language/rule-error.ts';
import type { YamlFile } from './yaml-file.ts';

/** The version of Falco's engine whose rule language is spoken here. */
export const ENGINE_VERSION = '0.62.0';
/** Plugins whose fields Picket answers by itself. */
const ANSWERED: ReadonlySet<string> = new Set(['container']);
const SEMVER = /^(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/;

/**
 * Reads `required_engine_version`, a number N (which means 0.N.0) or a version with three parts.
 * @returns what to warn of; undefined when the version is spoken here
 * @throws RuleError when it is neither
 */
export function checkEngineVersion(yaml: YamlFile, entry: YAMLMap): RuleError | undefined {
  const key = 'required_engine_version';
  const at = yaml.at(yaml.node(entry, key) ?? entry);
  const text = yaml.text(entry, key)?.text.trim() ?? '';
  const wanted = versionOf(/^\d+$/.test(text) ? `0.${text}.0` : text);
  if (!wanted)
    throw new RuleError('RULE_SYNTAX', `"${text}" is no engine version: write a number, or one like 0.31.0`, at);
  if (!isNewer(wanted, versionOf(ENGINE_VERSION) ?? [])) return undefined;
  const message = `the file is written for engine version ${text}, Picket speaks ${ENGINE_VERSION}: what is new in it is refused`;
  return new RuleError('RULE_INVALID', message, at);
}

/**
 * Reads `required_plugin_versions`: a list of {name, version, alternatives}, or one of them.
 * @returns what to warn of: the plugins whose events are not collected
 * @throws RuleError when an item has no name or version
 */
export function checkPlugins(yaml: YamlFile, entry: YAMLMap): RuleError[] {
  const node = yaml.filled(entry, 'required_plugin_versions');
  const plugins = isSeq(node) ? node.items : node ? [node] : [];
  return plugins.flatMap((plugin) => {
    const names = [readName(yaml, plugin), ...alternatives(yaml, plugin)];
    if (names.some((name) => ANSWERED.has(name))) return [];
    const message = `the file asks for the plugin ${names.join(' or ')}: Picket has no plugins, rules of its events are skipped`;
    return [new RuleError('RULE_INVALID', message, yaml.at(plugin))];
  });
}

function alternatives(yaml: YamlFile, plugin: unknown): string[] {
  const node = isMap(plugin) ? yaml.filled(plugin, 'alternatives') : undefined;
  return node ? yaml.list(node, 'alternatives').map((item) => readName(yaml, item)) : [];
}

function readName(yaml: YamlFile, plugin: unknown): string {
  const name = isMap(plugin) ? yaml.text(plugin, 'name')?.text : undefined;
  if (isMap(plugin) && name && yaml.text(plugin, 'version')) return name;
  throw new RuleError('RULE_SYNTAX', 'a required plugin has a name and a version', yaml.at(plugin));
}

const versionOf = (text: string): readonly number[] | undefined => SEMVER.exec(text)?.slice(1, 4).map(Number);

function isNewer(wanted: readonly number[], spoken: readonly number[]): boolean {
  const at = wanted.findIndex((part, i) => part !== spoken[i]);
  return at >= 0 && (wanted[at] ?? 0) > (spoken[at] ?? 0);
}
