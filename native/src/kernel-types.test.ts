import { describe, expect, it } from 'vitest';
import { compileProgram } from '../test-programs/compile.ts';
import { openObject, structLayout, vmlinuxHasType } from './index.ts';

describe('types of the kernel', () => {
  it('knows what is there', () => {
    expect(vmlinuxHasType('task_struct')).toBe(true);
    expect(vmlinuxHasType('btf_trace_sys_enter')).toBe(true);
    expect(vmlinuxHasType('btf_trace_no_such_tracepoint')).toBe(false);
    expect(vmlinuxHasType('')).toBe(false);
  });

  it('gives layouts', () => {
    // struct in_addr and struct list_head have looked the same for decades.
    expect(structLayout('list_head')).toEqual({
      name: 'list_head',
      size: 16,
      fields: [
        { name: 'next', type: 'struct list_head *', offset: 0, size: 8, bitOffset: 0, bitSize: 0 },
        { name: 'prev', type: 'struct list_head *', offset: 8, size: 8, bitOffset: 0, bitSize: 0 },
      ],
    });
    expect(() => structLayout('no_such_struct')).toThrow(expect.objectContaining({ code: 'BTF_NOT_FOUND' }));
  });
});

describe('types of an object', () => {
  it('gives layouts, inner unnamed structs unfolded', () => {
    const object = openObject(compileProgram('tracing'), { name: 'tracing' });
    const plain = { bitOffset: 0, bitSize: 0 };
    expect(object.structLayout('sample')).toEqual({
      name: 'sample',
      size: 32,
      fields: [
        { name: 'small', type: '__u16', offset: 0, size: 2, ...plain },
        { name: 'name', type: 'char[6]', offset: 2, size: 6, ...plain },
        { name: 'wide', type: '__u64', offset: 8, size: 8, ...plain },
        { name: 'low', type: '__u32', offset: 8, size: 4, ...plain },
        { name: 'high', type: '__u32', offset: 12, size: 4, ...plain },
        { name: 'three', type: '__u32', offset: 16, size: 4, bitOffset: 0, bitSize: 3 },
        { name: 'five', type: '__u32', offset: 16, size: 4, bitOffset: 3, bitSize: 5 },
        { name: 'task', type: 'struct task_struct *', offset: 24, size: 8, ...plain },
      ],
    });
    expect(() => object.structLayout('nope')).toThrow(expect.objectContaining({ code: 'BTF_NOT_FOUND' }));
    object.close();
  });
});
