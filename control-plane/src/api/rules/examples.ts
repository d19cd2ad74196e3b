import type { ExceptionRequest, ProposalRequest, RuleOverrideRequest, RuleSetRequest } from '@picket/sdk/client';

/** Bodies for the reference. */

const text = `- rule: Database dump outside of the backup
  condition: evt.is_open_write = true and fd.name endswith ".sql.gz" and not proc.name in (restic, borg)
  output: Database dump written (file=%fd.name command=%proc.cmdline container=%container.id)
  priority: Warning
`;

export const ruleSetExample: RuleSetRequest = { name: 'shop rules', files: [{ name: 'shop/backup.yaml', text }] };
export const ruleFilesExample = { files: ruleSetExample.files };
export const overrideExample: RuleOverrideRequest = { priority: 'Notice', reason: 'our builds do this' };
export const proposalExample: ProposalRequest = {
  alert: '5b1f1a4e-3c5e-5d0f-9a52-7d1c3f0e8a11',
  fields: ['proc.exepath', 'container.image.repository', 'fd.name'],
  hours: 24,
};
export const exceptionExample: ExceptionRequest = {
  proposal: '9d0a3c52-52b2-4b57-8f0c-2f8e4a1f9b10',
  owner: 'team shop',
  reason: 'the nightly backup reads it',
  expires: '2027-06-30T00:00:00Z',
};
