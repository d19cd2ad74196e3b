/** Shipped rules that ask what the workload did before: their story is `learned-rules.test.ts`. */
export const LEARNED = {
  token: 'Service account token read by a program that never did',
  api: 'Kubernetes API contacted by a program that never did',
  port: 'Port served that never was',
  random: 'Random port served by a program that never did',
  names: 'Data carried in names asked for',
  datagrams: 'Many datagrams to a port that was never used',
} as const;
