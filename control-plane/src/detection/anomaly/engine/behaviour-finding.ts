import type { Priority } from '@picket/sdk';
import type { Container, EventPosition, ExplanationPart, FieldValues, Finding, OutputPart } from '../../../types.ts';
import { splitImage } from '../../rules/fields/image-name.ts';
import type { FeatureWindow } from '../features/feature-window.ts';
import { workloadId } from '../features/workload-id.ts';
import type { Contribution } from '../models/model.ts';
import type { Drift } from '../profiles/drift.ts';
import type { BehaviourStage, LiveWorkload } from './behaviour-program.ts';

/** Rules that findings of learned behaviour are told under. */
const DRIFT_RULE = 'Behaviour drift';
const SCORE_RULE = 'Unusual behaviour';
const ANCHOR_RULE = 'Behaviour model drifts from its anchor';
const FAILURE_RULE = 'Behaviour model failed';

/** How long what a container goes on with is one alert, ms of event time. */
const COOLDOWN_MS = 600_000;
const MOST_TEXT = 1000;

/** What findings of one window have in common. */
export interface Place {
  readonly container: Container;
  readonly live: LiveWorkload;
  readonly window: FeatureWindow;
  /** Add this to a CLOCK_BOOTTIME value to get ns since 1970. */
  readonly wallOffset: bigint;
  /** Events that it was found by. */
  readonly earlier: readonly EventPosition[];
}

/** How much is made of a score: `weak` ones come twice before they are told. */
export type Strength = 'weak' | 'strong';

/** Something that is not in the profile of the workload. */
export function driftFinding(place: Place, drift: Drift, strength: Strength): Finding {
  const [top] = drift.groups;
  const explanation = drift.groups.map(({ name, score, text }) => ({ feature: name, contribution: score, text }));
  return {
    ...common(place, DRIFT_RULE, 'drift'),
    ...told([`${drift.text} (score ${drift.score.toFixed(1)}, `], place),
    priority: priorityOf(place.live.stage, strength, 'drift'),
    groupKey: groupOf(place, top?.letter ?? '', strength),
    identity: `${place.container.cgroup}/${place.window.seconds}/drift`,
    score: drift.score,
    explanation: explanation.map(cutPart),
    fields: fieldsOf(place, drift.score, drift.groups.flatMap(({ tokens }) => tokens).join(', ')),
  };
}

/** A window that is strange as a whole. */
export function scoreFinding(
  place: Place,
  score: number,
  contributions: readonly Contribution[],
  strength: Strength,
): Finding {
  const explanation = contributions.map(explained);
  const says = explanation.map(({ text }) => text).join('; ') || 'no single reason stands out';
  return {
    ...common(place, SCORE_RULE, 'score'),
    ...told([`${says} (score ${score.toFixed(1)} in ${place.window.seconds} s, `], place),
    priority: priorityOf(place.live.stage, strength, 'score'),
    groupKey: groupOf(place, contributions[0]?.feature ?? '', strength),
    identity: `${place.container.cgroup}/${place.window.seconds}/score`,
    score,
    explanation: explanation.map(cutPart),
    fields: fieldsOf(place, score, ''),
    // a hint is worth something beside others, and no story of its own
    ...(strength === 'weak' && { beginsNoIncident: true as const }),
  };
}

/** The model went far from the one that was accepted first, so that it may have learned what it should find. */
export function anchorFinding(place: Place, drifts: string): Finding {
  return {
    ...common(place, ANCHOR_RULE, 'anchor'),
    ...told(
      [`the newest model of ${workloadName(place.live)} is far from the one that was accepted first: ${drifts} (`],
      place,
    ),
    priority: 'Warning',
    groupKey: `${workloadName(place.live)}\0anchor`,
    identity: `${workloadName(place.live)}/anchor`,
    cooldownMs: 24 * 60 * 60_000,
    fields: fieldsOf(place, 0, ''),
    beginsNoIncident: true,
  };
}

/** A model that can not be used: what it would have found is not found until there is another version. */
export function failureFinding(place: Place, why: string): Finding {
  return {
    ...common(place, FAILURE_RULE, 'failure'),
    ...told(
      [`the model of ${workloadName(place.live)} failed and is switched off until it has another version: ${why} (`],
      place,
    ),
    priority: 'Error',
    groupKey: `${workloadName(place.live)}\0failure`,
    identity: `${workloadName(place.live)}/failure`,
    cooldownMs: 24 * 60 * 60_000,
    fields: fieldsOf(place, 0, ''),
    beginsNoIncident: true,
  };
}

const common = ({ live, window, earlier, wallOffset }: Place, rule: string, what: string) => ({
  detector: { kind: 'model' as const, id: `behaviour-${what}`, version: live.versionId.slice(0, 16) },
  rule,
  tags: ['behaviour', ...(live.stage === 'monitor' ? [] : [live.stage])],
  mitre: [],
  cooldownMs: COOLDOWN_MS,
  isCauseless: true as const,
  since: BigInt(Math.round(window.from)) * 1_000_000n + wallOffset,
  earlier,
});

/** While there is no model of its own, or none that was accepted, nothing is more than a notice. */
function priorityOf(stage: BehaviourStage, strength: Strength, what: 'drift' | 'score'): Priority {
  if (stage === 'learning' || stage === 'review') return 'Notice';
  if (stage === 'enforce' && what === 'drift') return strength === 'strong' ? 'Error' : 'Warning';
  return strength === 'strong' ? 'Warning' : 'Notice';
}

/** What is told again of a container within a while is one alert, as long as it is about the same and no worse. */
const groupOf = ({ container }: Place, what: string, strength: Strength): string =>
  [container.cgroup, what, strength].join('\0');

const workloadName = ({ key, digest }: LiveWorkload): string => `${key}@${digest}`;

/** The output, told again when more is known of the container. */
function told(says: readonly string[], place: Place): Pick<Finding, 'output' | 'template'> {
  const { container } = place;
  const template: OutputPart[] = [
    cut(says.join('')),
    'container=',
    { field: 'container.name' },
    ' id=',
    { field: 'container.id' },
    ' image=',
    { field: 'container.image.repository' },
    ')',
  ];
  const fields = containerFields(container);
  const text = template.map((part) => (typeof part === 'string' ? part : (fields[part.field] ?? '<NA>'))).join('');
  return { output: text, template };
}

function fieldsOf({ container, live, window }: Place, score: number, fresh: string): FieldValues {
  return {
    ...containerFields(container),
    'behaviour.workload': live.key,
    'behaviour.digest': live.digest,
    'behaviour.id': workloadId(live.key, live.digest),
    'behaviour.stage': live.stage,
    'behaviour.version': live.versionId,
    'behaviour.score': score,
    'behaviour.window': window.seconds,
    ...(fresh !== '' && { 'behaviour.new': cut(fresh) }),
  };
}

const containerFields = (container: Container): FieldValues => ({
  'container.id': container.id.slice(0, 12) || null,
  'container.name': container.name || null,
  'container.image.repository': splitImage(container.image).repository || null,
  'k8s.ns.name': container.podNamespace || null,
  'k8s.pod.name': container.podName || null,
});

const explained = ({ feature, observed, usual, weight }: Contribution): ExplanationPart => ({
  feature,
  contribution: weight,
  text: `${feature}: ${observed}${usual === '' ? '' : `, ${usual}`}`,
});

const cutPart = (part: ExplanationPart): ExplanationPart => ({ ...part, text: cut(part.text) });

/** Leaves no half of a character. */
const cut = (text: string): string =>
  text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
