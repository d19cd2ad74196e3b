import { type Environment, invalid, oneOf } from './config-values.ts';
import type { BehaviourSettings } from './detection/anomaly/engine/behaviour-program.ts';

/**
 * What the operator said about learned behaviour. See docs/configuration.md for the names.
 * @throws ControlPlaneError CONFIG_INVALID naming the variable that can not be used
 */
export const readBehaviourSettings = (env: Environment): BehaviourSettings => ({
  isOn: oneOf(env, 'PICKET_BEHAVIOUR', ['on', 'off'], 'on') === 'on',
  alarmsPerDay: number(env, 'PICKET_BEHAVIOUR_ALARMS', { least: 0.01, most: 1000, usual: 1 }),
  learningMinutes: number(env, 'PICKET_BEHAVIOUR_LEARNING_MINUTES', { least: 0, most: 43_200, usual: 60 }),
  review: oneOf(env, 'PICKET_BEHAVIOUR_REVIEW', ['auto', 'manual'], 'auto'),
  trainSeconds: number(env, 'PICKET_BEHAVIOUR_TRAIN_SECONDS', { least: 1, most: 86_400, usual: 600 }),
});

interface Range {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}

function number(env: Environment, name: string, { least, most, usual }: Range): number {
  const text = env[name];
  if (!text) return usual;
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw invalid(name, text, `use a number from ${least} to ${most}, for example ${usual}`);
}
