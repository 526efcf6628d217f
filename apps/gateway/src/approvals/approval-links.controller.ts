import { randomUUID } from 'node:crypto';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import {
  AppError,
  approvalLinkEndpoints,
  DecideByLink,
  GetApprovalByLink,
  LIMITS,
  shortened,
  type ErrorCode,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { formFields } from '@millrace/service-kit/form-fields';
import type { LocalRateLimiter } from '@millrace/service-kit/rate-limits';
import { utf8Text } from '@millrace/service-kit/request-body';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { Request, Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { hasBody, readBody } from '../http/read-body.js';
import { callerKey } from '../rate-limits/caller-address.js';
import { answerRateLimits } from '../rate-limits/rate-limit-headers.js';
import { LINK_LIMITER } from '../rate-limits/rate-limits.tokens.js';
import { approvalPage, noApprovalPage, PAGE_HEADERS } from './approval-page.js';
import { decisionBytes } from './approvals.controller.js';

const FORM = 'application/x-www-form-urlencoded';
/** Refusals that a page says, since the approval is there. */
const DECIDED: readonly ErrorCode[] = ['APPROVAL_DECIDED', 'EXECUTION_FINISHED', 'FORBIDDEN'];

/** A link's path. */
type Link = Call<typeof approvalLinkEndpoints.show>['params'];
interface Decision {
  readonly approved: boolean;
  readonly comment?: string;
}

/**
 * The pages by which people decide who have no token: the address is the credential. Whoever only opens it changes nothing, as scanners of mail do;
 * the buttons decide. Every call counts against the address that it comes from, and what is wrong with a link is not said.
 */
@Controller()
export class ApprovalLinksController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LINK_LIMITER) private readonly limiter: LocalRateLimiter,
    private readonly quota: StorageQuota,
  ) {}

  @Endpoint(approvalLinkEndpoints.show)
  async show(
    { params, requestId }: Call<typeof approvalLinkEndpoints.show>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    this.#count(request, response);
    return this.#page(params, requestId, response);
  }

  @Endpoint(approvalLinkEndpoints.decide)
  async decide(
    { params, requestId }: Call<typeof approvalLinkEndpoints.decide>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    this.#count(request, response);
    const decision = await decisionIn(request, response);
    try {
      const asked = { ...params, ...decision, decision_id: randomUUID() };
      const { organisation_id, approver, approval } = await this.bus.request(DecideByLink, asked, { requestId });
      this.quota.charge(organisation_id, decisionBytes(decision.comment));
      response.set(PAGE_HEADERS);
      return approvalPage(approval, approver);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === 'APPROVAL_NOT_FOUND') return notFound(response);
      if (!DECIDED.includes(error.code)) throw error;
      response.status(409);
      return this.#page(params, requestId, response);
    }
  }

  #count(request: Request, response: Response): void {
    answerRateLimits(response, [this.limiter.count(callerKey(request.ip))]);
  }

  async #page(params: Link, requestId: string, response: Response): Promise<string> {
    try {
      const { approval, approver } = await this.bus.request(GetApprovalByLink, params, { requestId });
      response.set(PAGE_HEADERS);
      return approvalPage(approval, approver);
    } catch (error) {
      if (error instanceof AppError && error.code === 'APPROVAL_NOT_FOUND') return notFound(response);
      throw error;
    }
  }
}

function notFound(response: Response): string {
  response.status(404).set(PAGE_HEADERS);
  return noApprovalPage();
}

/** What the form of the page sends. Throws INVALID_INPUT, UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE. */
async function decisionIn(request: Request, response: Response): Promise<Decision> {
  const type = request.headers['content-type'];
  if (!hasBody(request) || request.is(FORM) === false)
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
      message: `A decision comes from the form of the page (Content-Type: ${FORM}), not as ${shortened(type ?? 'nothing')}`,
    });
  const body = await readBody(request, response, LIMITS.approvalBodyBytes);
  const { decision, comment = '' } = formFields(utf8Text(body, type), 'form');
  const { approvalCommentCharacters } = LIMITS;
  // Browsers count a line break as one character and send two.
  const text = typeof comment === 'string' ? comment.replaceAll('\r\n', '\n') : null;
  if ((decision !== 'approve' && decision !== 'reject') || text === null || text.length > approvalCommentCharacters)
    throw new AppError('INVALID_INPUT', {
      message: `A decision is "approve" or "reject", and a comment has at most ${approvalCommentCharacters} characters`,
    });
  return { approved: decision === 'approve', ...(text === '' ? {} : { comment: text }) };
}
