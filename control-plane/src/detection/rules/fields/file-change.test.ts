import { HeaderFlag, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';

const CALL = { truncate: 76, rename: 82, mkdir: 83, link: 86, unlink: 87, chmod: 90, fchmod: 91, symlinkat: 266 };

/** Whether a condition holds for a call on files. */
function holds(condition: string, call: number, body: Record<string, string | number>, header = {}): boolean {
  const text = `- rule: R\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: Notice\n`;
  const load = loadRules([{ name: 'r.yaml', text }]);
  expect(load.problems.filter((problem) => problem.severity === 'error')).toEqual([]);
  const node = new Scenario(load);
  node.container();
  node.exec(200, { path: '/bin/sh', args: ['sh'] });
  return node.send(Kind.FileModify, { tgid: 200, syscall: call, ...header }, body).length > 0;
}

const one = { path: '/etc/cron.d/x' };
const two = { path: '/etc/shadow', target: '/tmp/x' };

describe('conditions on changes of files', () => {
  it.each([
    ['evt.type in (unlink, unlinkat, rmdir) and fs.path.name startswith /etc/', CALL.unlink, one],
    ['evt.type = unlink and evt.arg.path = /etc/cron.d/x and evt.arg.name = /etc/cron.d/x', CALL.unlink, one],
    ['evt.type = unlink and not fd.name exists and not fs.path.source exists', CALL.unlink, one],
    ['evt.type = unlink and evt.res = SUCCESS and evt.rawres = 0 and evt.failed = false', CALL.unlink, one],
    ['evt.type = mkdir and evt.arg.mode = "S_IRUSR|S_IWUSR|S_IXUSR"', CALL.mkdir, { ...one, mode: 0o700 }],
    [
      'evt.type = chmod and evt.arg.mode contains S_ISUID and evt.arg.filename startswith /etc',
      CALL.chmod,
      { ...one, mode: 0o4755 },
    ],
    [
      'evt.type = fchmod and fd.name = /etc/cron.d/x and fs.path.name = /etc/cron.d/x',
      CALL.fchmod,
      { ...one, mode: 0o4755 },
    ],
    ['evt.type = truncate and fs.path.name = /etc/cron.d/x', CALL.truncate, one],
    ['evt.type = rename and evt.arg.oldpath = /etc/shadow and evt.arg.newpath = /tmp/x', CALL.rename, two],
    ['evt.type = rename and fs.path.source = /etc/shadow and fs.path.target = /tmp/x', CALL.rename, two],
    ['evt.type = rename and not fs.path.name exists and not evt.arg.path exists', CALL.rename, two],
    // of a link the new name is the source, as in Falco
    ['evt.type = link and evt.arg.oldpath = /etc/shadow and evt.arg.newpath = /tmp/x', CALL.link, two],
    ['evt.type = link and fs.path.source = /tmp/x and fs.path.target = /etc/shadow', CALL.link, two],
    ['evt.type = symlinkat and evt.arg.target = /etc/shadow and evt.arg.linkpath = /tmp/x', CALL.symlinkat, two],
    ['evt.type = symlinkat and fs.path.source = /tmp/x and fs.path.target = /etc/shadow', CALL.symlinkat, two],
    ['evt.type = symlinkat and not evt.arg.oldpath exists and not evt.arg.newpath exists', CALL.symlinkat, two],
  ])('%s', (condition, call, body) => {
    expect(holds(condition, call, body)).toBe(true);
    expect(holds(`not (${condition}) and picket.kind = file.modify`, call, body)).toBe(false);
  });

  it.each([
    ['fs.path.name exists', CALL.unlink, one],
    ['fs.path.source exists', CALL.rename, two],
    ['fs.path.target exists', CALL.rename, two],
    ['evt.failed = false', CALL.rename, two],
  ])('a call that failed does not pass %s', (condition, call, body) => {
    expect(holds(`picket.kind = file.modify and ${condition}`, call, body, { result: -13 })).toBe(false);
  });

  it('a call that failed has its arguments and its errno', () => {
    const refused = 'evt.type = rename and evt.res = EACCES and evt.rawres = -13 and evt.arg.oldpath = /etc/shadow';
    expect(holds(refused, CALL.rename, two, { result: -13 })).toBe(true);
  });

  it('a request through io_uring is known by its flags', () => {
    const flags = { flags: HeaderFlag.ioUring | HeaderFlag.unfinished };
    const asked = 'evt.type = unlink and picket.flags in (io_uring) and picket.flags = unfinished';
    expect(holds(asked, CALL.unlink, one, flags)).toBe(true);
    expect(holds(asked, CALL.unlink, one)).toBe(false);
  });

  it('a failed open has a name and no path', () => {
    const text = (condition: string) =>
      `- rule: R\n  desc: d\n  condition: evt.type = openat and ${condition}\n  output: o\n  priority: Notice\n`;
    const opens = (condition: string) => {
      const node = new Scenario(loadRules([{ name: 'r.yaml', text: text(condition) }]));
      return [node.open(200, '/etc/shadow').length, node.denied(200, '/etc/shadow').length];
    };
    expect(opens('fd.name = /etc/shadow')).toEqual([1, 1]);
    expect(opens('fs.path.name = /etc/shadow')).toEqual([1, 0]);
    expect(opens('fs.path.nameraw = /etc/shadow')).toEqual([1, 0]);
    expect(opens('evt.arg.name = /etc/shadow')).toEqual([1, 1]);
  });
});
