import { STREAMS } from '@millrace/contracts';
import type { Topology } from '../topology.js';
import { decodeJson } from '../wire.js';
import type { ReplyMux } from '../reply-mux.js';

const ASK_MS = 1_000;

/** Streams that refuse what is new when they are full. */
const LIMITED = [STREAMS.runs, STREAMS.journal, STREAMS.files];

/** What one store of the NATS server holds, in bytes, and may hold at most. */
export interface StoreUsage {
  /** `account`, or the name of a stream. */
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

interface AccountInfo {
  readonly storage?: number;
  readonly limits?: { readonly max_storage?: number };
}

interface StreamInfo {
  readonly config?: { readonly max_bytes?: number };
  readonly state?: { readonly bytes?: number };
}

/** Asks the server for the account and for the streams that refuse; what has no limit is left out. Throws NoReplyError. */
export async function storeUsage(replies: ReplyMux, topology: Topology): Promise<StoreUsage[]> {
  const names = topology.streams.map((stream) => stream.name);
  const streams = names.filter((name) => LIMITED.some((base) => name === base || name.startsWith(`${base}_`)));
  const ask = async (subject: string) => decodeJson((await replies.request(subject, undefined, ASK_MS)).data);
  const [account, ...infos] = await Promise.all([
    ask('$JS.API.INFO') as Promise<AccountInfo>,
    ...streams.map((stream) => ask(`$JS.API.STREAM.INFO.${stream}`) as Promise<StreamInfo>),
  ]);
  return [
    { name: 'account', used: account.storage ?? 0, limit: account.limits?.max_storage ?? 0 },
    ...infos.map((info, index) => ({
      name: streams[index] ?? '',
      used: info.state?.bytes ?? 0,
      limit: info.config?.max_bytes ?? 0,
    })),
  ].filter((usage) => usage.limit > 0);
}
