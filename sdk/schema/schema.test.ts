import { expect, it } from 'vitest';
import { HEADER_SIZE } from './header.ts';
import { header, layout } from './layout.ts';
import { RULE_FIELDS } from './rule-fields.ts';
import { ALIGN, field, place, WIDTH } from './types.ts';

it('places every field aligned, without holes or overlaps', () => {
  for (const { name, placed, size } of [{ name: 'header', placed: header.fields, size: header.size }, ...layout]) {
    let end = name === 'header' ? 0 : HEADER_SIZE;
    for (const f of placed) {
      expect(f.offset, `${name}.${f.name}`).toBe(end);
      expect(f.offset % ALIGN[f.type], `${name}.${f.name}`).toBe(0);
      end += WIDTH[f.type];
    }
    expect(size % 8).toBe(0);
    expect(size - end).toBeLessThan(8);
  }
});

it('refuses a field that would leave a hole', () => {
  expect(() => place('x', [field('a', 'u16', ''), field('b', 'u64', '')], 0)).toThrow(/x\.b.*reorder/);
});

it('gives every rule field one meaning', () => {
  const names = RULE_FIELDS.map((f) => f.name);
  expect(new Set(names).size).toBe(names.length);
  for (const f of RULE_FIELDS) if (f.from === 'none') expect(f.why.length).toBeGreaterThan(10);
});

/** What public rule files use; the list of fields that the registry must know, answered or with a reason. */
const ASKED =
  `evt.type evt.num evt.time evt.dir evt.res evt.rawres evt.args evt.buffer evt.is_open_read evt.is_open_write
  evt.is_open_exec evt.arg.flags evt.arg.mode evt.arg.name evt.arg.path evt.arg.filename evt.arg.oldpath evt.arg.newpath
  evt.arg.target evt.arg.linkpath evt.arg.request evt.arg.domain evt.arg.cmd evt.arg.fd evt.arg.uid evt.arg.res_or_fd
  proc.name proc.exe proc.exepath proc.args proc.cmdline proc.cwd proc.env proc.tty proc.pid proc.ppid proc.vpid
  proc.vpgid proc.sid proc.duration proc.is_exe_upper_layer proc.is_exe_from_memfd proc.is_exe_writable
  proc.is_vpgid_leader proc.is_sid_leader proc.pname proc.pexe proc.pexepath proc.pcmdline proc.ppid.duration proc.aname
  proc.apid proc.aexe proc.aexepath proc.acmdline proc.sname proc.vpgid.name proc.vpgid.exe proc.exe_ino
  proc.exe_ino.ctime proc.exe_ino.mtime proc.exe_ino.ctime_duration_proc_start thread.tid thread.vtid
  thread.cap_effective thread.cap_permitted thread.cap_inheritable fd.num fd.type fd.typechar fd.name fd.nameraw
  fd.directory fd.filename fd.ip fd.port fd.net fd.cip fd.sip fd.lip fd.rip fd.cport fd.sport fd.lport fd.rport fd.cnet
  fd.snet fd.rnet fd.l4proto fd.sockfamily fd.connected fd.name_changed fd.sip.name fd.cip.name fd.lip.name fd.rip.name fs.path.name fs.path.nameraw
  fs.path.source fs.path.target user.name user.uid user.loginuid user.loginname user.homedir user.shell group.name
  group.gid container.id container.name container.image container.image.repository container.image.tag
  container.image.digest container.type container.privileged container.start_ts container.duration container.mounts
  container.mount.dest container.mount.source container.ip container.cni.json container.label container.healthcheck
  container.liveness_probe container.readiness_probe k8s.ns.name k8s.pod.name k8s.pod.id k8s.pod.uid k8s.pod.label
  k8s.pod.labels k8s.pod.ip k8s.rc.name k8s.rs.name k8s.deployment.name k8s.svc.name`.split(/\s+/);

it('knows every field that public rules ask for', () => {
  const known = new Set(RULE_FIELDS.map((f) => f.name));
  expect(ASKED.filter((name) => !known.has(name))).toEqual([]);
});
