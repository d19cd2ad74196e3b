import { Alert, messageOf } from '@picket/sdk';
import { z } from 'zod';
import { ControlPlaneError } from '../errors.ts';
import type { GroupState } from './alert-groups.ts';
import type { IncidentState } from './incidents/open-incidents.ts';
import type { LossWindowState } from './loss-window.ts';
import type { PartialAlert } from './partial-alerts.ts';
import type { StormWindow } from './storms/storm-limit.ts';

const VERSION = 1;

const Owner = z.string().max(64);
const Totals = z.array(z.tuple([z.union([z.number().int(), Owner]), z.number()]));
const Decimal = z.string().regex(/^-?\d{1,20}$/);

const State = z.object({
  version: z.literal(VERSION),
  groups: z.array(
    z.object({
      node: z.string(),
      key: z.string(),
      alert: Alert,
      opened: z.number(),
      cooldown: z.number().default(60_000),
      published: z.number(),
      publishedRevision: z.number().int(),
      owner: Owner.optional(),
      baseline: Totals,
      told: z.number().int(),
    }),
  ),
  losses: z.array(
    z.object({
      node: z.string(),
      window: z.object({
        boot: z.string(),
        epoch: Decimal,
        now: z.number(),
        version: z.number().int(),
        reported: z.array(z.tuple([z.number().int(), Decimal])),
        history: z.array(z.tuple([z.number(), Totals])).min(1),
        open: z.array(z.tuple([z.number().int(), z.number()])).optional(),
        openAt: z.number().optional(),
        touched: z.array(z.tuple([Owner, z.number()])).optional(),
      }),
    }),
  ),
  partial: z
    .array(
      z.object({
        node: z.string(),
        container: z.string(),
        group: z.string(),
        /** Left out where the group is open and has it. */
        alert: Alert.optional(),
        template: z.array(z.union([z.string(), z.object({ field: z.string() })])).optional(),
        since: z.number(),
      }),
    )
    .default([]),
  incidents: z
    .array(
      z.object({
        node: z.string(),
        id: z.string(),
        follows: z.string().optional(),
        first: z.number(),
        last: z.number(),
        severe: z.number().optional(),
        keys: z.array(z.string()),
      }),
    )
    .default([]),
  storms: z
    .array(z.object({ node: z.string(), key: z.string(), start: z.number(), opened: z.number().int() }))
    .default([]),
});

export interface AlertState {
  readonly groups: GroupState[];
  readonly losses: { node: string; window: LossWindowState }[];
  readonly partial: PartialAlert[];
  readonly incidents: IncidentState[];
  readonly storms: StormWindow[];
}

/** The state of an alert stage as bytes: JSON, because it is off the event path and the checkpoint is compressed. */
export function encodeState({ groups, losses, partial, incidents, storms }: AlertState): Uint8Array {
  const list = groups.map((group) => ({ ...group, baseline: [...group.baseline] }));
  const open = new Set(groups.map(({ alert }) => alert));
  const waiting = partial.map((one) => (open.has(one.alert) ? { ...one, alert: undefined } : one));
  const state = { version: VERSION, groups: list, losses, partial: waiting, incidents, storms };
  return new TextEncoder().encode(JSON.stringify(state));
}

/** @throws ControlPlaneError CHECKPOINT_CORRUPT */
export function decodeState(bytes: Uint8Array): AlertState {
  const { groups, losses, partial, incidents, storms } = parse(bytes);
  const open = new Map(groups.map(({ node, key, alert }) => [`${node}\0${key}`, alert]));
  return {
    groups: groups.map((group) => ({ ...group, baseline: new Map(group.baseline) })),
    losses,
    partial: partial.map((one) => {
      const alert = one.alert ?? open.get(`${one.node}\0${one.group}`);
      if (!alert) throw corrupt('a partial alert has no group');
      return { ...one, alert, template: one.template };
    }),
    incidents,
    storms,
  };
}

function parse(bytes: Uint8Array): z.output<typeof State> {
  try {
    return State.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw corrupt(messageOf(cause).slice(0, 200), cause);
  }
}

const corrupt = (why: string, cause?: unknown) =>
  new ControlPlaneError(
    'CHECKPOINT_CORRUPT',
    `the alert groups of the checkpoint can not be read (${why}): they start empty, and alerts that were open may be counted anew`,
    { cause },
  );
