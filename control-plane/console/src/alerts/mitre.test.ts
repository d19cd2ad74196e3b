import { describe, expect, it } from 'vitest';
import { mitreUrl } from './mitre.ts';

describe('mitreUrl', () => {
  it('knows techniques, sub-techniques and tactics', () => {
    expect(mitreUrl('T1059')).toBe('https://attack.mitre.org/techniques/T1059/');
    expect(mitreUrl('t1059.004')).toBe('https://attack.mitre.org/techniques/T1059/004/');
    expect(mitreUrl('TA0002')).toBe('https://attack.mitre.org/tactics/TA0002/');
  });

  it('makes no link of anything else', () => {
    for (const tag of ['mitre_execution', 'T1', 'T1059.4', 'T1059/../../x', 'javascript:alert(1)', ' T1059', '']) {
      expect(mitreUrl(tag)).toBeUndefined();
    }
  });
});
