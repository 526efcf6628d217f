import { AppError } from '@millrace/contracts';

/** The server refused for lack of space: an error of JetStream as it is in a reply. */
export interface ServerError {
  /** Class of the error, as an HTTP status. */
  readonly code: number;
  /** What it is exactly: `server/errors.json` of nats-server. */
  readonly err_code: number;
  readonly description: string;
}

/** Account limit, server limit (10023, and 10047 for streams), memory limit, and the most a stream may reserve. */
const NO_RESOURCES = new Set([10002, 10023, 10028, 10047, 10122]);
/** "Stream store failed", whatever the reason: full streams that discard what is new are among them. */
const STORE_FAILED = 10077;
const NO_ROOM =
  /maximum (?:bytes|messages) exceeded|no space left|quota exceeded|insufficient .*(?:storage|resources)/i;

/** Whether a refusal means that there is no room (any more, or for the moment): trying again at once is no use. */
export function isStorageFull({ code, err_code, description }: ServerError): boolean {
  if (NO_RESOURCES.has(err_code)) return true;
  return (err_code === STORE_FAILED || code >= 500) && NO_ROOM.test(description);
}

/** The error for the caller; `reason` is for operators and not part of the response. */
export function storageFull(reason: string): AppError {
  return new AppError('STORAGE_FULL', { cause: new Error(reason) });
}
