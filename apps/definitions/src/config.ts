import { API_TOKEN_FORM, ID_FORMS, LIMITS, organisationLimitsSchema } from '@millrace/contracts';
import { baseConfigShape, jsonOf, loadConfig, mongoConfigShape, SECRET } from '@millrace/service-kit/config';
import { masterKeysConfigShape } from '@millrace/service-kit/sealing';
import { z } from 'zod';

const tokenText = z
  .string()
  .regex(API_TOKEN_FORM, 'must be 22 to 512 printable characters without spaces: make one with "openssl rand -hex 20"');

const organisationId = z.string().regex(ID_FORMS.organisation, 'must look like org_acme');

const bootstrapTokens = z.array(
  z.strictObject({
    organisation_id: organisationId,
    /** Of the organisation. */
    name: z.string().min(1).max(200),
    token: tokenText,
    scopes: z.array(z.string().min(1)).min(1).default(['*']),
    /** Of the organisation, at each start; without them, those that it has stay. */
    limits: organisationLimitsSchema.partial().optional(),
    /** Its first balance; what was spent of it is not made up for by another start. */
    credits: z.int().min(0).max(LIMITS.credits).optional(),
  }),
);

/** Organisations and tokens that exist from the first start on. */
export type BootstrapToken = z.output<typeof bootstrapTokens>[number];

/** The settings of `definitions`. */
export const configSchema = z.object({
  ...baseConfigShape,
  ...mongoConfigShape,
  ...masterKeysConfigShape,
  MILLRACE_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://millrace.example.com' })
    .transform((url) => url.replace(/(?<!\/)\/+$/, ''))
    .describe('where users reach the API; webhook addresses begin with it'),
  MILLRACE_DEV_TOKEN: tokenText
    .optional()
    .describe('token (22–512 printable characters) of the organisation `org_dev`; a former value is revoked')
    .meta(SECRET),
  MILLRACE_BOOTSTRAP_TOKENS: jsonOf(bootstrapTokens)
    .default([])
    .describe(
      'JSON `[{"organisation_id","name","token","scopes","limits","credits"}]`: further organisations; scopes default to all, `limits` are those of `/v1/organisations`, `credits` the balance that they begin with',
    )
    .meta(SECRET),
  // A few more are possible when several are created at once.
  MILLRACE_WORKFLOWS_PER_ORGANISATION: z.coerce
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe('live workflows of one organisation; creating more is refused with `QUOTA_EXCEEDED`'),
  // As with workflows.
  MILLRACE_SCHEDULES_PER_ORGANISATION: z.coerce
    .number()
    .int()
    .min(1)
    .default(1_000)
    .describe('schedules in live workflows of one organisation; saving more is refused with `QUOTA_EXCEEDED`'),
  MILLRACE_WORKFLOW_BYTES_PER_ORGANISATION: z.coerce
    .number()
    .int()
    .min(1)
    .default(1_073_741_824)
    .describe(
      "bytes of all documents that are kept of an organisation's workflows, old versions too; saving more is refused with `QUOTA_EXCEEDED`",
    ),
  MILLRACE_VERSIONS_PER_WORKFLOW: z.coerce
    .number()
    .int()
    .min(1)
    .default(100)
    .describe('versions of a workflow, the newest ones, that can be started and are kept for ever'),
  MILLRACE_VERSION_KEEP_DAYS: z.coerce
    .number()
    .min(0)
    .default(30)
    .describe(
      'days that an older version, or one of a deleted workflow, is kept at least; longer while an execution of it may run',
    ),
  MILLRACE_AUDIT_LOG_DAYS: z.coerce
    .number()
    .min(0)
    .default(400)
    .describe('days that entries of the audit log are kept'),
  // A few more between two looks.
  MILLRACE_AUDIT_LOG_ENTRIES: z.coerce
    .number()
    .int()
    .min(1)
    .default(100_000)
    .describe('entries of the audit log that are kept of one organisation, the newest ones'),
  MILLRACE_CREDIT_LEDGER_DAYS: z.coerce
    .number()
    .min(1)
    .default(400)
    .describe('days that ledgers of credits, and what was used of models, go back'),
  MILLRACE_SWEEP_SECONDS: z.coerce
    .number()
    .min(0.05)
    .default(3)
    .describe('between two looks for unpublished snapshots'),
  MILLRACE_AUDIT_SECONDS: z.coerce
    .number()
    .min(1)
    .default(600)
    .describe('between two comparisons of all snapshots with the database'),
});
export type DefinitionsConfig = Readonly<z.output<typeof configSchema>>;

/** Injection token of the settings. */
export const CONFIG = Symbol('definitions:config');

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): DefinitionsConfig {
  return loadConfig(configSchema);
}
