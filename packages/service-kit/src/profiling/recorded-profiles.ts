import { randomUUID } from 'node:crypto';
import { AppError, RecordProfile } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { instance } from '../instance.js';
import type { Logger } from '../logging.js';
import { ProfileRoute } from './profile-route.js';

/** The profiles of a service, each in the audit log before it is taken; undefined without a token. `bus`: as soon as there is one. */
export function recordedProfiles(
  service: string,
  token: string | undefined,
  logger: Logger,
  bus: () => Pick<Bus, 'request'> | undefined,
): ProfileRoute | undefined {
  if (token === undefined) return undefined;
  return new ProfileRoute(token, {
    logger,
    record: async ({ kind, address }) => {
      const connected = bus();
      if (connected === undefined)
        throw new AppError('SERVICE_UNAVAILABLE', { message: 'The service is starting: nothing can be recorded yet' });
      const request_id = `req_${randomUUID()}`;
      await connected.request(RecordProfile, { service, instance, kind, address, request_id });
    },
  });
}
