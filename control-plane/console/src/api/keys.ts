/** Names under which answers of the API are kept. */
export const keys = {
  whoami: ['whoami'],
  alerts: ['alerts'],
  alert: (uuid: string) => ['alert', uuid],
  position: ['position'],
  nodes: ['nodes'],
  containers: ['containers'],
  rules: ['rules'],
  detectors: ['detectors'],
  /** Everything about one detector begins like this. */
  detector: (name: string) => ['detector', name],
  backtests: ['backtests'],
  backtest: (id: string) => ['backtest', id],
  models: ['models'],
  /** Everything about one workload begins like this. */
  model: (id: string) => ['model', id],
} as const;
