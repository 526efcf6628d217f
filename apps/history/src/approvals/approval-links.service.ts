import { Injectable } from '@nestjs/common';
import { AppError, LIMITS, secretOf, type ApprovalResource } from '@millrace/contracts';
import { bytesOfWrite, keyedWrite } from '@millrace/service-kit/keyed-write';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { ExecutionSources } from '../executions/execution-sources.js';
import { approvalNotFound, ApprovalsService, type ApprovalQuestion } from './approvals.service.js';
import { ApprovalsRepository } from './approvals.repository.js';

/** As `ID_FORMS.link_token` says: 160 bits. */
const TOKEN_CHARACTERS = 32;

/** A link that somebody calls. */
export interface LinkQuestion {
  readonly approval_id: string;
  readonly link_token: string;
}

/** What a link is to, and whose. */
export interface LinkedApproval {
  readonly organisation_id: string;
  readonly approver: string;
  readonly approval: ApprovalResource;
}

/**
 * Links by which people decide without a token. Only hashes of theirs are stored. A link is used up by the decision of its approver, who has one: that is
 * in the journal, and so holds whatever crashes.
 */
@Injectable()
export class ApprovalLinksService {
  constructor(
    private readonly approvals: ApprovalsService,
    private readonly repository: ApprovalsRepository,
    private readonly sources: ExecutionSources,
  ) {}

  /** Throws APPROVAL_NOT_FOUND, APPROVAL_DECIDED, INVALID_INPUT, QUOTA_EXCEEDED, SERVICE_UNAVAILABLE. */
  async create(question: ApprovalQuestion & { readonly approver: string; readonly mailed?: boolean | undefined }) {
    const { organisation_id: org, approval_id, approver, mailed = false } = question;
    const { approvers, expires_at } = await this.approvals.requirePending(question);
    if (approvers !== null && !approvers.includes(approver))
      throw new AppError('INVALID_INPUT', {
        message: 'The approval names who may decide, and this is none of them',
        details: { approval_id, approver },
      });
    const link_token = secretOf(bytesOfWrite('approval link', TOKEN_CHARACTERS));
    if (keyedWrite()?.again === true && (await this.#exists(link_token))) return { link_token, expires_at };
    const limit = mailed ? 'approvalMailLinks' : 'approvalLinks';
    const count = () => this.sources.fromMongo(() => this.repository.countLinks(approval_id, mailed));
    if ((await count()) >= LIMITS[limit]) throw tooMany(approval_id, limit);
    const link = {
      ...{ _id: tokenHash(link_token), org, approval: approval_id, approver: JSON.stringify(approver) },
      ...(mailed ? { mailed } : {}),
    };
    await this.sources.fromMongo(() => this.repository.insertLink(link));
    // Links that are made at the same time count each other here, so that no more than the limit stay; it may be fewer.
    if ((await count()) > LIMITS[limit]) {
      await this.sources.fromMongo(() => this.repository.deleteLink(link._id));
      throw tooMany(approval_id, limit);
    }
    return { link_token, expires_at };
  }

  async #exists(linkToken: string): Promise<boolean> {
    return (await this.sources.fromMongo(() => this.repository.findLink(tokenHash(linkToken)))) !== null;
  }

  /** Throws APPROVAL_NOT_FOUND for whatever is wrong with the link; SERVICE_UNAVAILABLE. */
  async get({ approval_id, link_token }: LinkQuestion): Promise<LinkedApproval> {
    const link = await this.sources.fromMongo(() => this.repository.findLink(tokenHash(link_token)));
    if (link === null || link.approval !== approval_id) throw approvalNotFound(approval_id);
    const approval = await this.approvals.get({ organisation_id: link.org, approval_id });
    return { organisation_id: link.org, approver: JSON.parse(link.approver) as string, approval };
  }

  /** In the name of whom the link is for. Throws what {@link get} and a decision throw. */
  async decide(
    question: LinkQuestion & {
      readonly approved: boolean;
      readonly comment?: string | undefined;
      readonly decision_id: string;
    },
  ): Promise<LinkedApproval> {
    const { approval_id, approved, comment, decision_id } = question;
    const { organisation_id, approver } = await this.get(question);
    const approval = await this.approvals.decide({
      ...{ organisation_id, approval_id, approved, comment, decision_id },
      by: approver,
    });
    return { organisation_id, approver, approval };
  }
}

function tooMany(approvalId: string, limit: 'approvalLinks' | 'approvalMailLinks'): AppError {
  const value = LIMITS[limit];
  return new AppError('QUOTA_EXCEEDED', {
    message: `The approval has ${value} links, as many as it may have`,
    details: { approval_id: approvalId, limit, value },
  });
}
