import { UserAbortError } from './errors.js';

/** Time as the client uses it between attempts and polls; a test gives another one. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Ends after so many milliseconds; throws {@link UserAbortError} as soon as `signal` is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new UserAbortError(signal.reason));
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(new UserAbortError(signal?.reason));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
