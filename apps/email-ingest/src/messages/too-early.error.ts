/** The mail of the organisation has started as many executions as it may for now: the message waits in its mailbox, of which that says nothing. */
export class TooEarlyError extends Error {
  constructor() {
    super('The mail of the organisation starts no more executions for now');
    this.name = 'TooEarlyError';
  }
}
