/** Another executor has taken the execution over; this one has stopped and changed nothing since. */
export class SupersededError extends Error {
  constructor(executionId: string) {
    super(`Another executor has taken over execution ${executionId}; this one has stopped`);
    this.name = 'SupersededError';
  }
}
