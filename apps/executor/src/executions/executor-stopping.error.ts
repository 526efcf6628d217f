/** The process ends and the execution is to be resumed by another executor. */
export class ExecutorStoppingError extends Error {
  constructor() {
    super('The executor is stopping; the execution is resumed by another one');
    this.name = 'ExecutorStoppingError';
  }
}
