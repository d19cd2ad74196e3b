import type { Alert } from '@picket/sdk';

/** Events lost on the node in the window of the alert, all kinds and reasons together. */
export const lostEvents = (alert: Alert): number => alert.evidence.lost.reduce((sum, loss) => sum + loss.count, 0);

/** True when the process is known to have run outside of every container, which is not the same as not knowing. */
export const isOnHost = (alert: Alert): boolean => alert.container === null && alert.evidence.metadata === 'complete';

/** True when nothing was lost and everything about the container was known. */
export const isComplete = (alert: Alert): boolean => lostEvents(alert) === 0 && alert.evidence.metadata === 'complete';
