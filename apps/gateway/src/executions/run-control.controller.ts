import { randomUUID } from 'node:crypto';
import { Controller, Inject } from '@nestjs/common';
import {
  CancelExecution,
  PauseExecution,
  ResumeExecution,
  runControlEndpoints,
  SignalExecution,
  type ExecutionResource,
} from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { BUS, type Bus } from '@millrace/messaging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** What becomes of executions; `history` writes it into their journals. */
@Controller()
export class RunControlController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly quota: StorageQuota,
  ) {}

  @Endpoint(runControlEndpoints.cancel)
  cancel({ caller, params, body, asking }: Call<typeof runControlEndpoints.cancel>): Promise<ExecutionResource> {
    const asked = { organisation_id: caller.organisationId, ...params, by: caller.tokenId, reason: body.reason };
    return this.bus.request(CancelExecution, asked, asking);
  }

  /** Under an Idempotency-Key it is one signal, also when the gateway dies before its answer is kept. */
  @Endpoint(runControlEndpoints.signal)
  async signal(call: Call<typeof runControlEndpoints.signal>): Promise<ExecutionResource> {
    const { caller, params, body, asking, idempotencyKey } = call;
    const organisation_id = caller.organisationId;
    const signal_id = body.signal_id ?? idempotencyKey?.journalId ?? randomUUID();
    this.quota.require(organisation_id);
    const { payload } = body;
    const given = payload === undefined ? {} : { payload };
    const asked = { organisation_id, ...params, signal_id, ...given, by: caller.tokenId };
    const execution = await this.bus.request(SignalExecution, asked, asking);
    // In the journal, and in the record of the execution.
    this.quota.charge(organisation_id, 2 * Buffer.byteLength(stringifyJson(payload ?? null)));
    return execution;
  }

  @Endpoint(runControlEndpoints.pause)
  pause({ caller, params, body, asking }: Call<typeof runControlEndpoints.pause>): Promise<ExecutionResource> {
    const asked = { organisation_id: caller.organisationId, ...params, by: caller.tokenId, reason: body.reason };
    return this.bus.request(PauseExecution, asked, asking);
  }

  @Endpoint(runControlEndpoints.resume)
  resume({ caller, params, asking }: Call<typeof runControlEndpoints.resume>): Promise<ExecutionResource> {
    const asked = { organisation_id: caller.organisationId, ...params, by: caller.tokenId };
    return this.bus.request(ResumeExecution, asked, asking);
  }
}
