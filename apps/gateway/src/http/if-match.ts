import { AppError, shortened } from '@millrace/contracts';

/** The version that `If-Match` names: the `ETag` of what is changed. Throws INVALID_INPUT. */
export function versionOf(ifMatch: string | undefined): { if_version?: number } {
  if (ifMatch === undefined || ifMatch.trim() === '*') return {};
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch.trim());
  if (!match) {
    throw new AppError('INVALID_INPUT', {
      message: 'The If-Match header must be the ETag of what is changed as it was read, such as "3"',
      details: { issues: [{ path: 'If-Match', message: `got ${shortened(ifMatch)}` }] },
    });
  }
  return { if_version: Number(match[1]) };
}
