import type { APIPromise } from '../api-promise.js';
import type { CallOptions, WriteOptions } from '../options.js';
import { cursorPages, type PagePromise } from '../page.js';
import { path } from '../path.js';
import type { Transport } from '../transport.js';
import type { Job, JobList, JobListQuery, JobSummary } from '../types.js';

/** `client.jobs` */
export class Jobs {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Newest first, without their results. */
  list(query: JobListQuery = {}, options?: CallOptions): PagePromise<JobSummary, JobList> {
    const page = (starting_after: string | undefined) =>
      this.#transport.call<JobList>({
        list: 'jobs',
        method: 'GET',
        path: '/jobs',
        query: { ...query, starting_after },
        options,
      });
    return cursorPages(page, query.starting_after, ({ jobs }) => jobs);
  }

  /** How far it has come, and with what results. */
  get(jobId: string, options?: CallOptions): APIPromise<Job> {
    return this.#transport.call({ has: 'id', method: 'GET', path: path`/jobs/${jobId}`, options });
  }

  /** What it has done stays done. */
  cancel(jobId: string, options?: WriteOptions): APIPromise<Job> {
    return this.#transport.call({ has: 'id', method: 'POST', path: path`/jobs/${jobId}/cancel`, options });
  }
}
