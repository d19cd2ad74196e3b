/** What is wrong in a script, and the keys that lead to it from the test. */
export class ScriptError extends Error {
  readonly path: readonly PropertyKey[];

  constructor(message: string, path: readonly PropertyKey[]) {
    super(message);
    this.name = 'ScriptError';
    this.path = path;
  }
}
