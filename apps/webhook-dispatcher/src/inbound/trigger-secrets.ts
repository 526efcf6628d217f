import { AppError, type WebhookSnapshotValue } from '@millrace/contracts';
import type { SecretReader } from '@millrace/service-kit/sealing';
import { FixedTexts } from './fixed-texts.js';
import { signatureSecrets } from './secret-sources.js';
import { isUsableSecret } from './signature-schemes.js';
import { rulesOf } from './signature.js';
import { secretsNamedIn } from './trigger-texts.js';

/*
 * What is wrong with the secrets of a trigger, for its owner alone: who calls learns no name of a secret.
 */

type Secrets = Pick<SecretReader, 'read' | 'readFormer'>;
type Signature = NonNullable<WebhookSnapshotValue['signature']>;
type Trigger = Pick<WebhookSnapshotValue, 'organisation_id' | 'required_headers' | 'signature'>;

/** Names the secrets for want of which values of the trigger cannot be worked out; null where it is not for them. */
export async function secretsAmiss(trigger: Trigger, secrets: Secrets): Promise<string | null> {
  const { required_headers = {}, signature } = trigger;
  const own = [signature?.secret, signature?.previous_secret].filter((template) => template !== undefined);
  const why = await amissIn(trigger.organisation_id, [...Object.values(required_headers), ...own], secrets);
  if (why !== null || signature === undefined) return why;
  const { texts } = await FixedTexts.open(own, signatureSecrets(secrets, trigger.organisation_id).read);
  return texts.some((text) => isUnlikeSecret(signature, text)) ? formAmiss(signature) : null;
}

/** Why the `secret` of a signature lets nobody in, whatever its `previous_secret` does; null where it does not. */
export async function secretAmiss({ organisation_id, signature }: Trigger, secrets: Secrets): Promise<string | null> {
  if (signature === undefined) return null;
  const templates = [signature.secret];
  const [text] = (await FixedTexts.open(templates, signatureSecrets(secrets, organisation_id).read)).texts;
  const isUnlike = isUnlikeSecret(signature, text ?? null);
  if (typeof text === 'string' && text !== '' && !isUnlike) return null;
  const unreadable =
    (await amissIn(organisation_id, templates, secrets)) ?? 'Its value cannot be worked out, or is empty';
  const why = isUnlike ? formAmiss(signature) : unreadable;
  return `No call is taken by the "secret" of its "signature". ${why}`;
}

/** An error with what its owner learns beside it. */
export function explained(error: AppError, why: string | null): AppError {
  if (why === null) return error;
  return new AppError(error.code, { message: `${error.message}. ${why}`, details: error.details });
}

/** Whether there is a text that has not the form that secrets of the scheme have. */
function isUnlikeSecret(signature: Signature, text: string | null): boolean {
  const rules = rulesOf(signature);
  return rules !== undefined && text !== null && text !== '' && !isUsableSecret(rules, text);
}

function formAmiss(signature: Signature): string {
  return `With the scheme "${signature.scheme}" ${rulesOf(signature)?.secretForm?.words}`;
}

async function amissIn(organisationId: string, templates: readonly string[], secrets: Secrets): Promise<string | null> {
  const [missing, damaged]: [Set<string>, Set<string>] = [new Set(), new Set()];
  for (const template of templates) {
    const [text] = (await FixedTexts.open([template], signatureSecrets(secrets, organisationId).read)).texts;
    if (text !== null && text !== undefined) continue;
    for (const name of secretsNamedIn([template])) {
      try {
        if (!Object.hasOwn(await secrets.read(organisationId, [name]), name)) missing.add(name);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'SECRET_UNREADABLE') throw error;
        damaged.add(name);
      }
    }
  }
  const said = [...told(missing, 'does not exist', 'do not exist'), ...told(damaged, UNREADABLE, UNREADABLE)];
  return said.length === 0 ? null : said.join('. ');
}

const UNREADABLE = 'cannot be opened, and has to be given again';

function told(names: ReadonlySet<string>, one: string, several: string): string[] {
  if (names.size === 0) return [];
  const quoted = [...names].map((name) => `"${name}"`).join(' and ');
  return [names.size === 1 ? `The secret ${quoted} ${one}` : `The secrets ${quoted} ${several}`];
}
