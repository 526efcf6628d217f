import type { ApprovalList } from '@millrace/contracts';
import type { ApiClient } from './api.js';
import { eventually } from './eventually.js';

/** The id of an approval of the organisation that is pending. */
export async function anApproval(api: ApiClient, message = 'May it?'): Promise<string> {
  const steps = [{ id: 'ask', type: 'approval', config: { message, required: 3 } }];
  const { id } = await api.create({ name: 'Asks', steps });
  const { execution_id } = await api.execute(id);
  return eventually('it is listed', async () => {
    const path = `/approvals?status=pending&execution_id=${execution_id}`;
    return (await api.expect<ApprovalList>(200, 'GET', path)).approvals[0]?.id;
  });
}
