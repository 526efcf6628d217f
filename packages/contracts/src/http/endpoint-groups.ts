/** The headings that endpoints are under in the documentation, each with what it is about. */
export const ENDPOINT_GROUPS = {
  Workflows: 'The documents that say what happens, and starting them.',
  Executions: 'Runs of workflows: what they were given, what each step did, what came out.',
  Approvals: 'What executions ask people before they go on.',
  Triggers: 'Everything that starts workflows by itself, and whether it is listening.',
  Webhooks: 'The addresses at which other services start workflows.',
  Schedules: 'The times at which workflows start by themselves, and what became of them.',
  Jobs: 'What is done to many things, one after the other, while its caller goes on.',
  Mailboxes: 'The mailboxes whose messages start workflows, and what came into them.',
  Events: 'What happens here, sent to other services by signed calls.',
  Secrets: 'Values that workflows use and that nobody can read again.',
  Variables: 'Values that all workflows of an organisation can read.',
  Mail: 'The accounts that e-mail steps send by.',
  AI: 'The providers of models that AI steps ask, and the models that there are.',
  Credits: 'What an organisation may spend on models, and what it has spent.',
  Tokens: 'The API tokens of an organisation.',
  Account: 'Whom a token belongs to, and what it may do.',
  'Audit log': 'Who changed what, when, and from where.',
  Organisations: 'The tenants of the installation, for its operator.',
  Operation: 'What the operator of the installation watches, and puts right.',
  Documentation: 'What the API says about itself.',
} as const satisfies Record<string, string>;

/** The name of a heading. */
export type EndpointGroup = keyof typeof ENDPOINT_GROUPS;
