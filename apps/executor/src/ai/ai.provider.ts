import type { Provider } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { SafeHttpClient, type AllowList } from '@millrace/service-kit/safe-http';
import { Keyring } from '@millrace/service-kit/sealing';
import { systemClock } from '../clock.js';
import type { OwnConfig } from '../config.js';
import { AI_NEEDS, type CompletionNeeds } from './completion.js';
import { ModelCharges } from './credits/model-charges.js';
import { DEFAULT_PRICE } from './credits/prices.js';
import { baseUrlOf, installationProviders } from './model-choice.js';
import { OrganisationProviders } from './organisation-providers.js';
import { ProviderTest } from './provider-test.js';

/** The client of the installation's providers of models. */
export const MODEL_CLIENT = Symbol('executor:model-client');

/** The hosts that providers of the installation may have: what the operator has set may be an internal address, which steps of users must not reach. */
export function hostsOfModels(config: OwnConfig): AllowList {
  const hosts = installationProviders(config).map((one) => new URL(baseUrlOf(one)).hostname);
  return config.MILLRACE_HTTP_ALLOWED_HOSTS.including(hosts);
}

/** Whatever asks models. */
export function aiProviders(config: OwnConfig, userAgent: string): Provider[] {
  return [
    {
      provide: OrganisationProviders,
      inject: [BUS, Keyring],
      useFactory: (bus: Bus, keyring: Keyring) =>
        new OrganisationProviders(bus, keyring, installationProviders(config)),
    },
    { provide: DEFAULT_PRICE, useValue: config.MILLRACE_AI_DEFAULT_PRICE },
    {
      provide: ModelCharges,
      inject: [BUS, LOGGER],
      useFactory: (bus: Bus, logger: Logger) =>
        new ModelCharges(bus, config.MILLRACE_AI_DEFAULT_PRICE, systemClock, logger),
    },
    {
      provide: AI_NEEDS,
      inject: [OrganisationProviders, ModelCharges, MODEL_CLIENT, SafeHttpClient],
      useFactory: (
        providers: OrganisationProviders,
        charges: ModelCharges,
        installation: SafeHttpClient,
        organisation: SafeHttpClient,
      ): CompletionNeeds => ({
        providers,
        charges,
        clients: { installation, organisation },
        secretsOf: (organisationId) => config.MILLRACE_HTTP_ROUTES.secretsOf(organisationId),
        userAgent,
        clock: systemClock,
      }),
    },
    {
      provide: ProviderTest,
      inject: [OrganisationProviders, AI_NEEDS],
      useFactory: (providers: OrganisationProviders, needs: CompletionNeeds) => new ProviderTest(providers, needs),
    },
  ];
}
