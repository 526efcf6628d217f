/** Of what an organisation has set up besides its workflows: settings, tokens, mailboxes, subscriptions. */
export const ORGANISATION_LIMITS = {
  /** Largest value of a secret, in UTF-8; INVALID_INPUT beyond. */
  secretBytes: 16 * 1024,
  /** Secrets of one organisation, a count; QUOTA_EXCEEDED beyond. */
  secretsPerOrganisation: 500,
  /** All secret values of one organisation together, in UTF-8: what may have to be looked for in everything that leaves a step. QUOTA_EXCEEDED beyond. */
  secretBytesPerOrganisation: 32 * 1024,
  /** Secrets and sealed results are masked from this length on, a count of characters: shorter ones turn up by chance. */
  maskedCharacters: 8,
  /** Largest value of a variable of the organisation, as JSON; INVALID_INPUT beyond. */
  variableBytes: 16 * 1024,
  /** Variables of one organisation, a count; QUOTA_EXCEEDED beyond. */
  variablesPerOrganisation: 200,
  /** All values of variables of one organisation together, as JSON: they may be recorded with each start. QUOTA_EXCEEDED beyond. */
  variableBytesPerOrganisation: 64 * 1024,
  /** Longest description of a secret, variable, mail sender or provider of models, in characters; INVALID_INPUT beyond. */
  settingDescriptionCharacters: 500,
  /** Largest JSON body with a secret or variable; PAYLOAD_TOO_LARGE beyond. */
  settingBodyBytes: 128 * 1024,
  /** Mail senders of one organisation, a count; QUOTA_EXCEEDED beyond. */
  mailSendersPerOrganisation: 50,
  /** All mail senders of one organisation together, as JSON: they are one snapshot. QUOTA_EXCEEDED beyond. */
  mailSenderBytesPerOrganisation: 128 * 1024,
  /** Largest password of a mail sender, in UTF-8; INVALID_INPUT beyond. */
  mailPasswordBytes: 1024,
  /** Of the private key that a mail sender signs with, as PEM. */
  dkimKeyBytes: 4096,
  /** Characters of a server, a user or an address of a mail sender; INVALID_INPUT beyond. */
  mailAddressCharacters: 320,
  /** Largest `rate_per_minute` of a mail sender; INVALID_INPUT beyond. */
  mailSenderRate: 10_000,
  /** For the e-mail of a test: milliseconds. EMAIL_FAILED or EMAIL_POSSIBLY_SENT beyond. */
  mailTestMs: 20_000,
  /** Subscriptions to events of one organisation, a count; QUOTA_EXCEEDED beyond. */
  eventSubscriptionsPerOrganisation: 20,
  /** All subscriptions of one organisation together, as JSON: they are one snapshot. QUOTA_EXCEEDED beyond. */
  eventSubscriptionBytesPerOrganisation: 128 * 1024,
  /** Characters of the address of a subscription; INVALID_INPUT beyond. */
  eventUrlCharacters: 2_000,
  /** Largest event that is sent, as JSON text: what is longer of a message in it is cut off. */
  eventBodyBytes: 16 * 1024,
  /** For one attempt to send an event: milliseconds. */
  eventTimeoutMs: 15_000,
  /** Deliveries of one organisation that are put on their way from one batch of events, a count: further events of it are put off. */
  eventDeliveriesOfBatch: 50,
  /** Deliveries that one call sends again, a count; RATE_LIMIT_EXCEEDED while more of the subscription are on their way. */
  eventRedeliveries: 1_000,
  /** Calls that send many deliveries again which one process works on at once, a count, one of an organisation; others wait, and get RATE_LIMIT_EXCEEDED when that takes seconds. */
  eventRedeliveriesAtOnce: 4,
  /** Deliveries of one subscription that wait for an attempt, a count; a further one is recorded as failed, and may be sent again. A few more within seconds. */
  eventDeliveriesWaiting: 10_000,
  /** Deliveries of one subscription that have ended and are kept, a count: beyond, the oldest go. */
  eventDeliveriesKept: 10_000,
  /** Latest attempts that the record of a delivery has, a count: older ones go. */
  eventAttemptsShown: 20,
  /** Of how many of them, the latest, it has the address, the headers and the response: a count. */
  eventCallsShown: 3,
  /** Bytes that are kept of each of these calls: headers of the response that do not fit, and what else does not, are left out. */
  eventCallBytes: 3 * 1024,
  /** How long deliveries are kept, and recorded for a subscription that the platform has disabled: milliseconds. */
  eventDeliveriesKeptMs: 30 * 24 * 60 * 60 * 1_000,
  /** Live API tokens of one organisation that were made by the API; QUOTA_EXCEEDED beyond. A count; a few more when several are made at once. */
  tokensPerOrganisation: 100,
  /** Characters of the name of an API token; INVALID_INPUT beyond. */
  tokenNameLength: 200,
  /** Characters of the name of an organisation; INVALID_INPUT beyond. */
  organisationNameLength: 200,
  /** Scopes that are listed for one API token, a count; INVALID_INPUT beyond. */
  tokenScopes: 50,
  /** Mailboxes of one organisation, a count; QUOTA_EXCEEDED beyond. */
  mailboxesPerOrganisation: 50,
  /** All accounts of the mailboxes of one organisation together, as JSON with their sealed secrets. QUOTA_EXCEEDED beyond. */
  mailboxBytesPerOrganisation: 256 * 1024,
  /** For a test of a mailbox, in milliseconds; it ends with `timed_out` beyond. */
  mailboxTestMs: 20_000,
  /** Tests of mailboxes of one organisation in a minute, a count; RATE_LIMIT_EXCEEDED beyond. */
  mailboxTestsPerMinute: 10,
  /** Messages that a test of a mailbox looks at, a count: the newest. */
  mailboxTestMessages: 10,
  /** Characters of the password or access token of a mailbox; INVALID_INPUT beyond. */
  mailboxSecretCharacters: 4_096,
} as const;
