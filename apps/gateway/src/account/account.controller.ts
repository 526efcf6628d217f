import { Controller, Inject } from '@nestjs/common';
import {
  accountEndpoints,
  GetCapabilities,
  GetTokenOwner,
  LIMITS,
  ListAiModels,
  type Account,
  type Capabilities,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { API_VERSION } from '../api-version.js';
import { CONFIG, type GatewayConfig } from '../config.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** How long the capabilities wait for the models, without which they are still of use. Milliseconds. */
const MODELS_MS = 2_000;

/** Says to callers who they are and what the installation does for them. */
@Controller()
export class AccountController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG)
    private readonly config: Pick<
      GatewayConfig,
      'MILLRACE_RATE_LIMIT_API_PER_HOUR' | 'MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE'
    >,
  ) {}

  @Endpoint(accountEndpoints.me)
  async me({ caller, requestId }: Call<typeof accountEndpoints.me>): Promise<Account> {
    const own = caller.organisation?.limits;
    const question = { organisation_id: caller.organisationId, token_id: caller.tokenId };
    return {
      ...(await this.bus.request(GetTokenOwner, question, { requestId })),
      limits: {
        api_calls_per_hour: own?.api_calls_per_hour ?? this.config.MILLRACE_RATE_LIMIT_API_PER_HOUR,
        executions_per_minute: own?.executions_per_minute ?? this.config.MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE,
      },
      versions: { api: API_VERSION },
    };
  }

  @Endpoint(accountEndpoints.capabilities)
  async capabilities({ caller, requestId }: Call<typeof accountEndpoints.capabilities>): Promise<Capabilities> {
    const { organisationId: organisation_id } = caller;
    const [checked, models] = await Promise.all([
      this.bus.request(GetCapabilities, { organisation_id }, { requestId }),
      this.#models(organisation_id, requestId),
    ]);
    return { ...checked, models };
  }

  /** Null when no executor says. */
  async #models(organisation_id: string, requestId: string): Promise<string[] | null> {
    const question = { organisation_id, limit: LIMITS.capabilitiesModels };
    try {
      const { models } = await this.bus.request(ListAiModels, question, { requestId, timeoutMs: MODELS_MS });
      return models.flatMap(({ name, aliases }) => [name, ...aliases]).slice(0, LIMITS.capabilitiesModels);
    } catch {
      return null;
    }
  }
}
