import { describe, expect, it } from 'vitest';
import { blkio, cpuStat, cpuStatV1, Figure, type FigureReader, ioStat, memory, pids } from './figures.ts';

function figures(read: FigureReader, text: string): Float64Array {
  const out = new Float64Array(Figure.size);
  read(text, out);
  return out;
}

describe('figures', () => {
  it('come from the files of v2', () => {
    const cpu = figures(cpuStat, 'usage_usec 123456\nuser_usec 1\nsystem_usec 2\nnr_periods 9\nnr_throttled 4\n');
    expect([cpu[Figure.cpu], cpu[Figure.throttled]]).toEqual([123_456, 4]);
    expect(figures(cpuStat, 'usage_usec 7\nuser_usec 1\n')[Figure.cpu]).toBe(7);
    const io = figures(
      ioStat,
      '8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n253:0 rbytes=1 wbytes=2 rios=1\n',
    );
    expect([io[Figure.read], io[Figure.written]]).toEqual([11, 22]);
    expect(figures(memory, '4096\n')[Figure.memory]).toBe(4096);
    expect(figures(pids, '3\n')[Figure.pids]).toBe(3);
  });

  it('come from the files of v1', () => {
    const io = figures(
      blkio,
      '8:0 Read 5\n8:0 Write 6\n8:0 Sync 11\n8:0 Total 11\n8:16 Read 1\n8:16 Write 0\nTotal 12\n',
    );
    expect([io[Figure.read], io[Figure.written]]).toEqual([6, 6]);
    expect(figures(cpuStatV1, 'nr_periods 5\nnr_throttled 2\nthrottled_time 99\n')[Figure.throttled]).toBe(2);
  });

  it('does not take away the throttling that another file told', () => {
    const out = new Float64Array(Figure.size);
    cpuStatV1('nr_throttled 2\n', out);
    cpuStat('usage_usec 7\n', out);
    expect(out[Figure.throttled]).toBe(2);
  });

  it.each([cpuStat, cpuStatV1, memory, pids, ioStat, blkio])('are 0 when the text is not what it should be', (read) => {
    for (const text of ['', '\n', 'x', 'max', 'Total 0', 'usage_usec', ':0 rbytes= wbytes=x'])
      expect([...figures(read, text)]).toEqual(new Array(Figure.size).fill(0));
  });
});
