import { batch, Config, Finding, PerContainer, ProcessExec, Severity } from '@picket/detector';

const SECOND: u64 = 1_000_000_000;

/** What is remembered of a container. Flat numbers that begin with zeros: nothing is allocated for an event. */
@unmanaged
class Seen {
  /** A bit for each command of the list. */
  commands: u64;
  /** Beginning of the window, ns since 1970. */
  since: u64;
}

let commands: string[] = [];
let different: u64 = 0;
let seconds: i64 = 0;
let containers!: PerContainer<Seen>;

/** Called once. The entries are those of manifest.yaml. */
export function onInit(config: Config): void {
  commands = config.list('commands', 'id,whoami,hostname,uname,ps,netstat,ifconfig,env');
  different = <u64>config.integer('different', 4, 1, 64);
  seconds = config.integer('seconds', 60, 1, 3600);
  if (commands.length > 64) config.refuse('commands', 'has more than 64 names');
  containers = new PerContainer<Seen>(1024, <u64>seconds * SECOND);
}

/** Called for every program that is started. */
export function onProcessExec(e: ProcessExec): void {
  if (e.slot == 0) return; // not in a container
  const number = commands.indexOf(e.comm);
  if (number < 0) return;
  const seen = containers.of(e);
  const time = batch.wallTime(e);
  if (time - seen.since > <u64>seconds * SECOND) {
    seen.commands = 0;
    seen.since = time;
  }
  seen.commands |= (<u64>1) << number;
  if (popcnt(seen.commands) < different) return;
  report(e, seen.commands);
  seen.commands = 0; // what comes now begins anew
}

function report(e: ProcessExec, bits: u64): void {
  const names: string[] = [];
  for (let i = 0; i < commands.length; i++) if ((bits >> i) & 1) names.push(commands[i]);
  new Finding('Somebody looks around', Severity.Warning)
    .message(`${names.join(', ')} were run within ${seconds} s, the last one by user ${e.uid}`)
    .field('commands', names.join(','))
    .emit();
}
