import type { MailboxList } from '@millrace/contracts';
import { ApiClient } from '../support/api.js';
import { OTHER_TOKEN, readEndpoints } from '../support/platform.js';
import { deleteMailboxes, silent } from './mailboxes.js';
import { metricsOf, untilMeasured } from '../support/measured.js';

/**
 * Brings a platform to rest that has just started, or that other tests have used. Deletes the mailboxes that they left: one at a server that is not there is
 * silent after three minutes, whoever looks at it.
 */
export async function rested(): Promise<void> {
  for (const api of [new ApiClient(), new ApiClient(OTHER_TOKEN)]) {
    const left = async () => {
      const { mailboxes } = await api.expect<MailboxList>(200, 'GET', '/mailboxes?limit=100');
      return mailboxes.map(({ id }) => id);
    };
    for (let ids = await left(); ids.length > 0; ids = await left()) await deleteMailboxes(ids, api);
  }
  // Mailboxes are counted once a minute.
  await untilMeasured('no mailbox is silent', silent, (count) => count === 0, 180_000);
  await untilMeasured('queues are measured', queues, (found) => found > 0);
}

/** Whether the first one's length is exported; the length itself may be 0. */
async function queues(): Promise<number> {
  const samples = await metricsOf(readEndpoints().services['history']?.health_url ?? '');
  return samples.filter(({ name, labels }) => name === 'millrace_stream_messages' && labels['stream'] === 'RUNS')
    .length;
}
