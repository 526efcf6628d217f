import { AppError, executionEndpoints, LIMITS } from '@millrace/contracts';
import { mayCall } from '../auth/access.js';
import type { Principal } from '../auth/principal.js';

const PREFERENCE = /^wait *= *"?(\d{1,9})"?(?: *;.*)?$/i;

/**
 * For how many seconds a start is to wait, by the parameter or else by the header; undefined when it is not to. A preference that cannot be met is
 * ignored (RFC 7240, 2). Throws FORBIDDEN when the parameter asks it of a token that may not read what it would be given.
 */
export function wantedWait(
  { wait, prefer }: { readonly wait: number | undefined; readonly prefer: string | string[] | undefined },
  caller: Principal,
): number | undefined {
  const wanted = wait ?? preferredWait(prefer);
  if (wanted === undefined || mayCall(caller, executionEndpoints.get)) return wanted;
  if (wait === undefined) return undefined;
  const { access } = executionEndpoints.get;
  throw new AppError('FORBIDDEN', {
    message: `A start that waits returns the execution, so its API token needs ${access} too; leave "wait" out to start it all the same`,
    details: { needed_scope: access },
  });
}

function preferredWait(header: string | string[] | undefined): number | undefined {
  // Of several the first one counts.
  const preferences = [header ?? []].flat().flatMap((line) => line.split(','));
  const [seconds] = preferences.flatMap((preference) => PREFERENCE.exec(preference.trim())?.[1] ?? []);
  const wait = Math.min(Number(seconds ?? 0), LIMITS.startWaitSeconds);
  return wait > 0 ? wait : undefined;
}
