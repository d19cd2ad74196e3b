/** Points of the worst alert, from Emergency to Debug. */
const SEVERITY_POINTS = [50, 45, 40, 30, 20, 10, 5, 1];
const TACTIC_POINTS = 10;
const TECHNIQUE_POINTS = 3;
const MAX_SCORE = 100;

/**
 * How much attention an incident asks for, 1 to 100: the priority of its worst alert, and more for every further tactic
 * and technique, because an attack goes through several while a program that misbehaves repeats one.
 */
export function incidentScore(severity: number, tactics: number, techniques: number): number {
  const more = (count: number, points: number) => Math.max(0, count - 1) * points;
  const score = (SEVERITY_POINTS[severity] ?? 1) + more(tactics, TACTIC_POINTS) + more(techniques, TECHNIQUE_POINTS);
  return Math.min(MAX_SCORE, score);
}
