import { expect, test } from 'vitest';
import { TACTICS, tacticsOf, techniquesOf } from './attack.ts';

const of = (tags: string[], mitre: string[] = []) => tacticsOf({ tags, mitre });

test('tags name tactics, in the words of Falco and by number', () => {
  expect(of(['mitre_privilege_escalation', 'container', 'MITRE_Execution'])).toEqual([
    'execution',
    'privilege-escalation',
  ]);
  expect(of(['TA0011'])).toEqual(['command-and-control']);
  for (const tactic of TACTICS) expect(of([`mitre_${tactic.replaceAll('-', '_')}`])).toEqual([tactic]);
});

test('a technique adds its earliest tactic only when no tag names one of its own', () => {
  expect(of([], ['T1053.003'])).toEqual(['execution']);
  expect(of(['mitre_persistence'], ['T1053.003'])).toEqual(['persistence']);
  expect(of(['mitre_discovery'], ['T1611'])).toEqual(['privilege-escalation', 'discovery']);
});

test('what is not known adds nothing', () => {
  expect(of(['mitre_', 'mitre_x', 'TA9999', 'T99999', 'constructor'], ['T9999', 'S0001'])).toEqual([]);
});

test('techniques are named once, from tags too', () => {
  expect(techniquesOf({ tags: ['t1059.004', 'T1059', 'shell'], mitre: ['T1059.004'] })).toEqual(['T1059.004', 'T1059']);
});
