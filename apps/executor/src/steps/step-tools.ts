import type { SafeHttpClient } from '@millrace/service-kit/safe-http';
import type { Clock } from '../clock.js';

/** What steps reach the outside with. */
export interface StepTools {
  readonly http: Pick<SafeHttpClient, 'request'>;
  readonly clock: Clock;
  /** `User-Agent` of outgoing requests. */
  readonly userAgent: string;
}
