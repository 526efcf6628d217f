import { Injectable } from '@nestjs/common';
import { AppError, SETTING_NAME, type WebhookSecret, type WebhookSignature } from '@millrace/contracts';
import { bytesOfWrite } from '@millrace/service-kit/keyed-write';
import { SecretsService } from '../settings/secrets.service.js';
import { WorkflowReader } from '../workflows/workflow-reader.js';
import type { ChangeTarget } from '../workflows/workflow-writer.js';

const SECRET_BYTES = 32;
/** A secret and nothing else: of a longer template nobody can say what its value is made of. */
const ONE_SECRET = /^\{\{\s*secrets(?:\.([A-Za-z_]\w*)|\["([^"]*)"\]|\['([^']*)'\])\s*\}\}$/;
/** Schemes of senders who make the secret themselves. */
const MADE_BY_SENDER: readonly string[] = ['stripe', 'slack', 'shopify'];

/** A value to come into the place of another one. */
export interface SecretRotation {
  readonly webhookId: string;
  /** One is made without it. */
  readonly secret: string | undefined;
  readonly graceSeconds: number;
}

/** The secrets by which calls of webhook triggers are signed. They are those of the organisation; triggers name them. */
@Injectable()
export class WebhookSecrets {
  constructor(
    private readonly reader: WorkflowReader,
    private readonly secrets: SecretsService,
  ) {}

  /**
   * Gives the secret of a trigger another value, and returns it once that is published. Throws WORKFLOW_NOT_FOUND, WEBHOOK_NOT_FOUND,
   * WEBHOOK_WITHOUT_SECRET, INVALID_INPUT where the sender makes it and it is not given, QUOTA_EXCEEDED.
   */
  async rotate({ organisationId, workflowId }: ChangeTarget, rotation: SecretRotation): Promise<WebhookSecret> {
    const { webhookId: webhook_id, graceSeconds } = rotation;
    const { webhooks } = await this.reader.found(organisationId, workflowId);
    const webhook = webhooks.find((one) => one.webhook_id === webhook_id);
    if (webhook === undefined) throw new AppError('WEBHOOK_NOT_FOUND', { details: { webhook_id } });
    const { signature } = JSON.parse(webhook.checks ?? '{}') as { signature?: WebhookSignature };
    const name = signature && secretNamedBy(signature.secret);
    if (signature === undefined || name === undefined) throw withoutSecret(signature);
    const secret = rotation.secret ?? newSecret(signature.scheme);
    const until = await this.secrets.rotate(organisationId, name, secret, graceSeconds);
    return {
      webhook_id,
      workflow_id: workflowId,
      secret,
      secret_name: name,
      former_valid_until: until?.toISOString() ?? null,
    };
  }
}

/** The name of a secret that may be stored; undefined for every other template. */
function secretNamedBy(template: string): string | undefined {
  const name = ONE_SECRET.exec(template)
    ?.slice(1)
    .find((part) => part !== undefined);
  return name !== undefined && SETTING_NAME.test(name) ? name : undefined;
}

function withoutSecret(signature: WebhookSignature | undefined): AppError {
  if (signature === undefined) return new AppError('WEBHOOK_WITHOUT_SECRET');
  return new AppError('WEBHOOK_WITHOUT_SECRET', {
    message:
      'Only a secret that is stored by itself can be rotated. Store it with PUT /v1/secrets/{name}, and write "secret": "{{secrets.name}}" in the signature of the trigger',
  });
}

/** Standard Webhooks has a form of its own; elsewhere the text itself is the key. */
function newSecret(scheme: string): string {
  if (MADE_BY_SENDER.includes(scheme)) {
    const message = `${scheme} makes the secret: give the one that it shows`;
    throw new AppError('INVALID_INPUT', { message, details: { issues: [{ path: 'secret', message }] } });
  }
  const bytes = bytesOfWrite('webhook secret', SECRET_BYTES);
  return scheme === 'standard_webhooks' ? `whsec_${bytes.toString('base64')}` : bytes.toString('base64url');
}
