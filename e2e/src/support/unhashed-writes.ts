/** Writes about which no hash says anything, and why. */
export const UNHASHED: Readonly<Record<string, string>> = {
  testStep: 'it changes nothing',
  testMailbox: 'it changes nothing',
  testMailSender: 'it changes nothing',
  testAiProvider: 'it changes nothing',
  testEventSubscription: 'it sends an event, and leaves the subscription as it is',
  redeliverEvent: 'it sends an event, and leaves the subscription as it is',
  redeliverEvents: 'it sends events, and leaves the subscription as it is',
  cancelExecution: 'an execution is its own record',
  signalExecution: 'an execution is its own record',
  pauseExecution: 'an execution is its own record',
  resumeExecution: 'an execution is its own record',
  retryExecution: 'an execution is its own record',
  replayExecution: 'an execution is its own record',
  decideApproval: 'an approval is its own record',
  createApprovalLink: 'an approval is its own record',
  requeueDeadLetter: 'it is gone by that, and whole until then',
  discardDeadLetter: 'it is gone by that, and whole until then',
  pauseStarts: 'the action says what it has become',
  resumeStarts: 'the action says what it has become',
};

/** Writes that are hashed, and tried in apps/definitions/test/audit-log.int.test.ts. */
export const TRIED_ELSEWHERE: Readonly<Record<string, string>> = {
  cancelJob: 'it may end before that',
  deleteOrganisation: 'nobody can read the log of one that is deleted',
};
