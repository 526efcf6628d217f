import { Controller, UseInterceptors } from '@nestjs/common';
import {
  CreateApprovalLink,
  DecideApproval,
  DecideByLink,
  GetApproval,
  GetApprovalByLink,
  ListApprovals,
  type ApprovalList,
  type ApprovalResource,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import { KeyedWriteInterceptor } from '@millrace/service-kit/keyed-write';
import type { z } from 'zod';
import { ApprovalLinksService, type LinkedApproval, type LinkQuestion } from './approval-links.service.js';
import {
  ApprovalsService,
  type ApprovalListQuestion,
  type ApprovalQuestion,
  type DecisionQuestion,
} from './approvals.service.js';

/** The questions about approvals that the gateway asks. */
@Controller()
export class ApprovalsController {
  constructor(
    private readonly approvals: ApprovalsService,
    private readonly links: ApprovalLinksService,
  ) {}

  @OnRequest(ListApprovals)
  async list(question: ApprovalListQuestion): Promise<ApprovalList> {
    return this.approvals.list(question);
  }

  @OnRequest(GetApproval)
  async get(question: ApprovalQuestion): Promise<ApprovalResource> {
    return this.approvals.get(question);
  }

  @OnRequest(DecideApproval)
  async decide(question: DecisionQuestion): Promise<ApprovalResource> {
    return this.approvals.decide(question);
  }

  @UseInterceptors(KeyedWriteInterceptor)
  @OnRequest(CreateApprovalLink)
  async createLink(
    question: z.output<typeof CreateApprovalLink.question>,
  ): Promise<z.output<typeof CreateApprovalLink.answer>> {
    return this.links.create(question);
  }

  @OnRequest(GetApprovalByLink)
  async getByLink(question: LinkQuestion): Promise<LinkedApproval> {
    return this.links.get(question);
  }

  @OnRequest(DecideByLink)
  async decideByLink(question: z.output<typeof DecideByLink.question>): Promise<LinkedApproval> {
    return this.links.decide(question);
  }
}
