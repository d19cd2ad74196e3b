import { CONTAINER_FIELDS } from './container-fields.ts';
import { PROCESS_FIELDS } from './process-fields.ts';

/** Of the process or container, but it looks at the event, its time or other processes, too. */
const OF_EVENT = [
  ...['proc.duration', 'proc.ppid.duration', 'proc.exe_ino.ctime_duration_proc_start', 'container.duration'],
  ...['proc.sname', 'proc.vpgid.name', 'proc.vpgid.exe', 'thread.tid', 'thread.vtid'],
];
/** Dear to make, and asked for by few rules and behind other tests. */
const DEAR = [
  ...['thread.cap_effective', 'thread.cap_permitted', 'thread.cap_inheritable', 'proc.env'],
  ...['proc.cmdline', 'proc.pcmdline', 'proc.acmdline'],
  ...['container.mounts', 'container.mount.dest', 'container.mount.source', 'container.ip', 'k8s.pod.ip'],
];

/**
 * Names of the fields whose values follow from the process, its ancestors, its user and its container alone, whatever the
 * event is: see `NodeView.memoOf`.
 */
export const ACTOR_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys({ ...PROCESS_FIELDS, ...CONTAINER_FIELDS }).filter((name) => ![...OF_EVENT, ...DEAR].includes(name)),
]);
