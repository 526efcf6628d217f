import { Controller } from '@nestjs/common';
import { CancelJob, CreateJob, GetJob, ListJobs, type JobList, type JobResource } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { JobsService } from './jobs.service.js';

/** What is asked about jobs. */
@Controller()
export class JobsController {
  constructor(private readonly jobs: JobsService) {}

  @OnRequest(CreateJob)
  create(question: z.output<typeof CreateJob.question>): Promise<JobResource> {
    return this.jobs.create(question);
  }

  @OnRequest(ListJobs)
  list(question: z.output<typeof ListJobs.question>): Promise<JobList> {
    return this.jobs.list(question.organisation_id, question.limit, question.starting_after);
  }

  @OnRequest(GetJob)
  get(question: z.output<typeof GetJob.question>): Promise<JobResource> {
    return this.jobs.get(question.organisation_id, question.job_id);
  }

  @OnRequest(CancelJob)
  cancel(question: z.output<typeof CancelJob.question>): Promise<JobResource> {
    return this.jobs.cancel(question.organisation_id, question.job_id);
  }
}
