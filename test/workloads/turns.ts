/** Lets one of many do something at a time, in the order of asking. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  readonly take = (act: () => Promise<void>): Promise<void> => {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => undefined);
    return turn;
  };
}
