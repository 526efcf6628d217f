import type { Action } from './frames.js';

const DROP_AT = 1_024;

/** First in, first out in constant time; actions whose task has its result already are passed over. */
export class ActionQueue {
  #actions: Action[] = [];
  #head = 0;

  push(action: Action): void {
    this.#actions.push(action);
  }

  take(): Action | undefined {
    while (this.#head < this.#actions.length) {
      const action = this.#actions[this.#head++] as Action;
      this.#dropTaken();
      if (isOutdated(action)) continue;
      if (action.kind === 'run') action.task.state = 'taken';
      return action;
    }
    return undefined;
  }

  /** A queue that never runs empty (a loop with several items at a time) must not keep what it has given out. */
  #dropTaken(): void {
    if (this.#head === this.#actions.length) this.#actions = [];
    else if (this.#head >= DROP_AT && this.#head * 2 >= this.#actions.length)
      this.#actions = this.#actions.slice(this.#head);
    else return;
    this.#head = 0;
  }
}

/** During a replay, what is requested first is reported as done by the next event. */
function isOutdated(action: Action): boolean {
  if (action.kind === 'run') return action.task.state !== 'queued' || action.task.container !== null;
  return action.kind === 'settle' && action.task.state === 'settled';
}
