import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type KernelFacts, kernelProblems } from './kernel.ts';

const line = (type: string) => `31 23 0:27 / /somewhere rw,relatime shared:9 - ${type} ${type} rw\n`;
const status = (capabilities: string) => `Name:\tnode\nCapPrm:\t0000000000000000\nCapEff:\t${capabilities}\n`;
const fit: KernelFacts = {
  btf: true,
  status: status('000001ffffffffff'),
  mountinfo: line('tracefs') + line('cgroup2'),
};
const codes = (facts: Partial<KernelFacts>) => kernelProblems({ ...fit, ...facts }).map((problem) => problem.code);

describe('kernelProblems', () => {
  it('is content with a fit machine', () => expect(codes({})).toEqual([]));

  it('accepts CAP_SYS_ADMIN, or CAP_BPF with CAP_PERFMON, and nothing less', () => {
    expect(codes({ status: status('0000000000200000') })).toEqual([]);
    expect(codes({ status: status('000000c000000000') })).toEqual([]);
    expect(codes({ status: status('0000008000000000') })).toEqual(['PRIVILEGE_MISSING']);
    expect(codes({ status: status('0000000000000000') })).toEqual(['PRIVILEGE_MISSING']);
    expect(codes({ status: 'nothing of use' })).toEqual(['PRIVILEGE_MISSING']);
  });

  it('names each thing that is missing', () => {
    expect(codes({ btf: false })).toEqual(['BTF_MISSING']);
    expect(codes({ mountinfo: line('cgroup2') })).toEqual(['TRACEFS_MISSING']);
    expect(codes({ mountinfo: line('tracefs') })).toEqual(['CGROUP2_MISSING']);
  });

  it('does not take a mount whose source or folder bears the name for the file system', () => {
    const bind = '31 23 0:27 / /cgroup2 rw - ext4 /dev/cgroup2 rw\n';
    expect(codes({ mountinfo: line('tracefs') + bind })).toEqual(['CGROUP2_MISSING']);
  });

  it('offers the replay of a capture with each', () => {
    for (const { message } of kernelProblems({ btf: false, status: '', mountinfo: '' }))
      expect(message).toContain('npm start -- --replay FILE');
  });

  it('reads the real files of this kernel', () => {
    const real = { ...fit, mountinfo: readFileSync('/proc/self/mountinfo', 'utf8') };
    expect(kernelProblems(real).map((p) => p.code)).not.toContain('CGROUP2_MISSING');
  });
});
