/** What of ml-isolation-forest 0.1.0 is used; the package has no types. */
declare module 'ml-isolation-forest' {
  export class IsolationForest {
    constructor(options?: { nEstimators?: number });
    train(rows: number[][]): void;
    predict(rows: number[][]): number[];
    readonly forest: readonly MlTreeNode[];
  }
  export interface MlTreeNode {
    readonly left?: MlTreeNode;
    readonly right?: MlTreeNode;
  }
}
