import type { Priority } from '@picket/sdk';

/** Six looks for Falco's eight levels: each has its own shape besides its colour and its name. */
export type SeverityLook = 'critical' | 'error' | 'warning' | 'notice' | 'info' | 'debug';

const LOOKS: Readonly<Record<Priority, SeverityLook>> = {
  Emergency: 'critical',
  Alert: 'critical',
  Critical: 'critical',
  Error: 'error',
  Warning: 'warning',
  Notice: 'notice',
  Informational: 'info',
  Debug: 'debug',
};

export const severityLook = (priority: Priority): SeverityLook => LOOKS[priority];
