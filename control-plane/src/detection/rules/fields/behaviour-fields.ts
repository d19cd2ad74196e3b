import { bool, type FieldTable, number, text } from './field-source.ts';

/**
 * Fields that begin with `picket.behaviour.`: what learned behaviour says of the container of the event. They change from one
 * window to the next, so nothing may be kept by process or container.
 */
export const BEHAVIOUR_FIELDS: FieldTable = {
  'picket.behaviour.score': () => number((c) => c.behaviour?.score ?? Number.NaN),
  'picket.behaviour.stage': () => text((c) => c.behaviour?.stage),
  'picket.behaviour.new': () =>
    bool((c) => {
      const path = c.process?.exepath;
      const known = path ? c.behaviour?.knowsProgram(path) : undefined;
      return known === undefined ? undefined : !known;
    }),
};
