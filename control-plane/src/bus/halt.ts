/** A stop signal that waits can be cut short with. Unlike Promise.race it keeps nothing of waits that have ended. */
export class Halt {
  #set = false;
  #waits = new Set<() => void>();

  get isSet(): boolean {
    return this.#set;
  }

  set(): void {
    this.#set = true;
    for (const end of this.#waits) end();
    this.#waits.clear();
  }

  /** Ends with the work, or at once when the signal is set. An error of the work after that is of no interest. */
  unless(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waits.delete(leave);
        resolve();
      };
      work.then(leave, (error) => {
        this.#waits.delete(leave);
        reject(error);
      });
      if (this.#set) leave();
      else this.#waits.add(leave);
    });
  }
}
