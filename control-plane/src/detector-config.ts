import { resolve } from 'node:path';
import { CAPABILITIES } from '@picket/sdk/client';
import { type Environment, invalid, oneOf } from './config-values.ts';
import type { OwnerQuota } from './detection/detectors/runtime-contract.ts';
import type { Capability } from './detection/host/guard/detector-world.ts';
import { DEFAULT_DETECTOR_POLICY, type DetectorPolicy } from './detector-life/detector-policy.ts';

/** What the control plane was told about detectors of users. */
export interface DetectorSettings {
  /** False: detectors are kept and changed, and none runs here. */
  readonly hosts: boolean;
  /** `required`: a host process that can not be confined wholly does not start. */
  readonly confinement: 'required' | 'warn';
  readonly policy: DetectorPolicy;
  /** What the detectors of one owner may use together; the defaults where nothing was said. */
  readonly quota: Partial<OwnerQuota>;
}

/** @throws ControlPlaneError CONFIG_INVALID naming the variable that can not be used */
export function readDetectorSettings(env: Environment): DetectorSettings {
  const keys = env.PICKET_DETECTOR_KEYS;
  const memory = whole(env, 'PICKET_DETECTOR_MEMORY_MIB', 1, 1 << 20);
  const quota: { -readonly [K in keyof OwnerQuota]?: number | undefined } = {
    detectors: whole(env, 'PICKET_DETECTOR_COUNT', 1, 10_000),
    memoryBytes: memory && memory * 1024 ** 2,
    fuelPerSecond: whole(env, 'PICKET_DETECTOR_FUEL', 1_000_000, 1e15),
    findingsPerMinute: whole(env, 'PICKET_DETECTOR_FINDINGS', 1, 1_000_000),
  };
  return {
    hosts: oneOf(env, 'PICKET_DETECTOR_HOSTS', ['on', 'off'] as const, 'on') === 'on',
    confinement: oneOf(env, 'PICKET_DETECTOR_CONFINEMENT', ['warn', 'required'] as const, 'warn'),
    policy: {
      grants: grantsOf(env.PICKET_DETECTOR_GRANTS),
      ungranted: oneOf(
        env,
        'PICKET_DETECTOR_UNGRANTED',
        ['refuse', 'trap'] as const,
        DEFAULT_DETECTOR_POLICY.ungranted,
      ),
      keysFolder: keys ? resolve(keys) : undefined,
      promotion: oneOf(
        env,
        'PICKET_DETECTOR_PROMOTION',
        ['free', 'backtest'] as const,
        DEFAULT_DETECTOR_POLICY.promotion,
      ),
    },
    quota: Object.fromEntries(Object.entries(quota).filter(([, value]) => value !== undefined)),
  };
}

/** Every detector may observe, whether that is said or not. */
function grantsOf(text: string | undefined): Capability[] {
  if (!text) return [...DEFAULT_DETECTOR_POLICY.grants];
  const names = text.split(',').flatMap((name) => name.trim() || []);
  const unknown = names.find((name) => !CAPABILITIES.some((capability) => capability === name));
  if (unknown !== undefined)
    throw invalid('PICKET_DETECTOR_GRANTS', unknown, `name some of ${CAPABILITIES.join(', ')}, separated by commas`);
  return CAPABILITIES.filter((capability) => capability === 'observe' || names.includes(capability));
}

function whole(env: Environment, name: string, least: number, most: number): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(name, text, `use a whole number from ${least} to ${most}`);
}
