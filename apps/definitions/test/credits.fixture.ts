import type { NatsBus } from '@millrace/messaging';

/** Loses the balance of an organisation. */
export async function purgeRecord({ connection }: NatsBus, organisationId: string): Promise<void> {
  const request = JSON.stringify({ filter: `$KV.credits.${organisationId}` });
  await connection.request('$JS.API.STREAM.PURGE.KV_credits', request);
}
