import { NO_NEEDS, type PlanNeeds } from './needs.ts';

/**
 * What models and profiles learn from: everything that containers do, equal opens and connects put together, system calls
 * counted in the kernel. Nothing of it must be seen: a flood is counted, and a window with losses is not learned from.
 */
const WATCHED: PlanNeeds = {
  ...NO_NEEDS,
  kinds: [
    ...['file.open', 'file.modify', 'syscall.notable', 'window.syscalls', 'window.resources'],
    ...['net.connect', 'net.accept', 'net.listen', 'net.close', 'net.udp', 'net.dns', 'net.unix', 'net.socket'],
  ],
  calls: null,
  opens: { read: 'all', write: 'all', failed: 'all' },
  histogram: true,
  bigrams: true,
};

/** What learned behaviour needs to see. */
export const needsOfBehaviour = ({ isOn }: { readonly isOn: boolean }): PlanNeeds => (isOn ? WATCHED : NO_NEEDS);
