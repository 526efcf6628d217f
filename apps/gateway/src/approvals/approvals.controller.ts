import { randomUUID } from 'node:crypto';
import { Controller, Inject } from '@nestjs/common';
import {
  approvalEndpoints,
  CreateApprovalLink,
  DecideApproval,
  GetApproval,
  GetCapabilities,
  ListApprovals,
  type ApprovalLink,
  type ApprovalList,
  type ApprovalResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** What a decision takes beside its comment, about, in the journal and in the records of the execution and the approval: bytes. */
const DECISION_BYTES = 1_024;

/** What executions ask people; `history` writes decisions into their journals. */
@Controller()
export class ApprovalsController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly quota: StorageQuota,
  ) {}

  @Endpoint(approvalEndpoints.list)
  list({ caller, query, requestId }: Call<typeof approvalEndpoints.list>): Promise<ApprovalList> {
    return this.bus.request(ListApprovals, { organisation_id: caller.organisationId, ...query }, { requestId });
  }

  @Endpoint(approvalEndpoints.get)
  get({ caller, params, requestId }: Call<typeof approvalEndpoints.get>): Promise<ApprovalResource> {
    return this.bus.request(GetApproval, { organisation_id: caller.organisationId, ...params }, { requestId });
  }

  /** Under an Idempotency-Key it is one decision, also when the gateway dies before its answer is kept. */
  @Endpoint(approvalEndpoints.decide)
  async decide(call: Call<typeof approvalEndpoints.decide>): Promise<ApprovalResource> {
    const { caller, params, body, asking, idempotencyKey } = call;
    const organisation_id = caller.organisationId;
    const decision_id = idempotencyKey?.journalId ?? randomUUID();
    this.quota.require(organisation_id);
    const asked = { organisation_id, ...params, ...body, decision_id, by: caller.tokenId };
    const approval = await this.bus.request(DecideApproval, asked, asking);
    this.quota.charge(organisation_id, decisionBytes(body.comment));
    return approval;
  }

  @Endpoint(approvalEndpoints.createLink)
  async createLink(call: Call<typeof approvalEndpoints.createLink>): Promise<ApprovalLink> {
    const { caller, params, body, asking, requestId } = call;
    const { approval_id } = params;
    const organisation_id = caller.organisationId;
    const asked = { organisation_id, approval_id, ...body };
    const { link_token, expires_at } = await this.bus.request(CreateApprovalLink, asked, asking);
    // Without an answer the link is lost, which opens nothing to anybody: another one can be made.
    const { public_url } = await this.bus.request(GetCapabilities, { organisation_id }, { requestId });
    const url = `${public_url}/v1/approvals/${approval_id}/links/${link_token}`;
    return { approval_id, ...body, url, expires_at };
  }
}

/** What a decision stores. */
export function decisionBytes(comment = ''): number {
  return DECISION_BYTES + 3 * Buffer.byteLength(comment);
}
