import { describe, expect, it } from 'vitest';
import type { Ending, Run } from './service.ts';
import { Supervisor } from './supervisor.ts';

/** A part whose runs end when the test says so; no process, so that the order of things is in the hands of the test. */
function fixture() {
  const ends: ((ending: Ending) => void)[] = [];
  const said: string[] = [];
  const waits: number[] = [];
  let failing = 0;
  const part = {
    name: 'part',
    launch: async (): Promise<Run> => {
      if (failing-- > 0) throw new Error('no luck');
      let end: (ending: Ending) => void = () => undefined;
      const ended = new Promise<Ending>((resolve) => {
        end = resolve;
      });
      ends.push(end);
      return { ended, stop: async () => end({ how: 'code 0', said: '' }) };
    },
  };
  const supervisor = new Supervisor(
    part,
    (line) => said.push(line),
    async (ms) => {
      waits.push(ms);
    },
  );
  const crash = async (run: number) => {
    const count = ends.length;
    ends[run]?.({ how: 'signal SIGKILL', said: '' });
    await expect.poll(() => ends.length).toBe(count + 1);
  };
  return { supervisor, ends, said, waits, crash, failNext: (times: number) => (failing = times) };
}

describe('Supervisor', () => {
  it('starts a part again each time it ends, waiting longer each time, and says so', async () => {
    const { supervisor, said, waits, crash } = fixture();
    await supervisor.start();
    for (let run = 0; run < 8; run++) await crash(run);
    await supervisor.stop();
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(said[0]).toBe('part ended unexpectedly with signal SIGKILL; starting it again in 0.5 s');
    expect(said[1]).toBe('part runs again');
  });

  it('goes on trying when it can not be started', async () => {
    const { supervisor, said, crash, failNext } = fixture();
    await supervisor.start();
    failNext(2);
    await crash(0);
    await supervisor.stop();
    expect(said.filter((line) => line.includes('could not be started: no luck'))).toHaveLength(2);
  });

  it('fails when the part ends before it is ready, with its last words', async () => {
    const { supervisor, ends } = fixture();
    const started = supervisor.start(() => new Promise(() => undefined));
    await expect.poll(() => ends.length).toBe(1);
    ends[0]?.({ how: 'code 1', said: 'no port left' });
    await expect(started).rejects.toThrow('part ended at once with code 1:\nno port left');
  });

  it('hands on what the launch throws, and can be stopped without having been started', async () => {
    const { supervisor, failNext } = fixture();
    failNext(1);
    await expect(supervisor.start()).rejects.toThrow('no luck');
    await supervisor.stop();
  });

  it('does not start again what it was asked to stop', async () => {
    const { supervisor, ends, said } = fixture();
    await supervisor.start();
    await supervisor.stop();
    expect(ends).toHaveLength(1);
    expect(said).toEqual([]);
  });
});
