import type { FactoryProvider } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { Keyring } from '@millrace/service-kit/sealing';
import type { OwnConfig } from '../config.js';
import { InstallationSenders } from './installation-senders.js';
import { installationMail } from './mail-config.js';
import { MailTest } from './mail-test.js';
import { mailerProvider } from './mailer.provider.js';
import { Mailer } from './mailer.js';
import { OrganisationSenders } from './organisation-senders.js';

/** Whatever sends e-mail. */
export function mailProviders(config: OwnConfig): FactoryProvider[] {
  return [
    mailerProvider(config.MILLRACE_HTTP_ALLOWED_HOSTS),
    {
      provide: OrganisationSenders,
      inject: [BUS, Keyring],
      useFactory: (bus: Bus, keyring: Keyring) =>
        new OrganisationSenders(bus, keyring, new InstallationSenders(installationMail(config))),
    },
    {
      provide: MailTest,
      inject: [Mailer, OrganisationSenders],
      useFactory: (mailer: Mailer, senders: OrganisationSenders) => new MailTest(mailer, senders),
    },
  ];
}
