import type { Provider } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { workflowEnv } from '@millrace/service-kit/config';
import { Keyring, SecretReader, SecretUses } from '@millrace/service-kit/sealing';
import { systemClock } from '../clock.js';
import { STEP_HANDLERS } from '../executions/execution-tokens.js';
import { FrozenValues } from '../executions/frozen-values.js';
import { SecretsOfRuns } from '../secrets/run-secrets.js';
import type { SomeStepHandlers } from '../steps/registry.js';
import { StepTests } from './step-tests.service.js';

/** {@link StepTests}, with the handlers that executions have. */
export const stepTestsProvider: Provider = {
  provide: StepTests,
  inject: [BUS, Keyring, SecretUses, STEP_HANDLERS],
  useFactory: (bus: Bus, keyring: Keyring, uses: SecretUses, handlers: SomeStepHandlers) =>
    new StepTests({
      clock: systemClock,
      handlers,
      secrets: new SecretsOfRuns(new SecretReader(bus, keyring, uses), keyring),
      // Nothing is stored of a test.
      frozen: new FrozenValues(bus, workflowEnv(), { charge: () => undefined }),
      files: bus.files,
    }),
};
