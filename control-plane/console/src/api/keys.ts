/** Names under which answers of the API are kept. */
export const keys = {
  whoami: ['whoami'],
  alerts: ['alerts'],
  alert: (uuid: string) => ['alert', uuid],
  nodes: ['nodes'],
  containers: ['containers'],
  rules: ['rules'],
} as const;
