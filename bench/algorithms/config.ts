/** What the comparison takes from the environment. */
export interface AlgorithmsConfig {
  /** A folder or zip archive with further data; undefined when there is none. */
  readonly data: string | undefined;
}

export function readConfig(environment: NodeJS.ProcessEnv = process.env): AlgorithmsConfig {
  const data = environment.PICKET_DATA?.trim();
  return { data: data ? data : undefined };
}
