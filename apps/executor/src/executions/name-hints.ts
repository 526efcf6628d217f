import { SecretsSnapshot, VariablesSnapshot } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { suggestions } from '@millrace/schema';
import { ownSnapshot } from '@millrace/service-kit/own-snapshot';
import type { WorkflowProgram } from '../steps/step-program.js';
import { StepFailure } from '../steps/step-failure.js';
import type { Frozen } from './frozen-values.js';

/** Comparisons of two characters for all hints of one run: a loop may fail ten thousand times. */
const STEPS = 200_000;
/** Of what was missing: a read of a literal name. */
const NAME = /^(secrets|variables)\.([A-Za-z_$][\w$]*)/;

/** Names that the organisation has, whatever the workflow reads. */
type Names = Readonly<Record<'secrets' | 'variables', readonly string[]>>;

/** Says which secret or variable of the organisation may be meant by one that there is not. */
export class NameHints {
  readonly #suggest = suggestions(STEPS);
  readonly #known = new Map<string, string | undefined>();

  constructor(private readonly names: Names) {}

  /** The same failure, or one that says which name is probably meant. */
  told(failure: StepFailure): StepFailure {
    const { missing_path: path } = failure.details;
    const [whole, root, name] = typeof path === 'string' ? (NAME.exec(path) ?? []) : [];
    if (whole === undefined || name === undefined || (root !== 'secrets' && root !== 'variables')) return failure;
    if (!this.#known.has(whole)) this.#known.set(whole, this.#suggest(name, this.names[root]));
    const hint = this.#known.get(whole);
    if (hint === undefined) return failure;
    const { code, message, details, retryable, askedDelayMs, cause } = failure;
    return new StepFailure(code, message, { details: { ...details, hint }, retryable, askedDelayMs, cause });
  }
}

/** What a run begins with. */
interface Begun {
  readonly organisationId: string;
  readonly program: Pick<WorkflowProgram, 'reads' | 'plan'>;
  readonly frozen: Frozen;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Gets the names that {@link NameHints} are made of, for runs that lack one. */
export class NamesOfRuns {
  constructor(private readonly bus: Pick<Bus, 'snapshots'>) {}

  /** Undefined when everything is there that the version names. Throws SERVICE_UNAVAILABLE. */
  async of({ organisationId, program, frozen, secrets }: Begun): Promise<NameHints | undefined> {
    const { reads, plan } = program;
    const lacksSecret = reads.secrets.some((name) => !Object.hasOwn(secrets, name));
    const lacksVariable =
      reads.variables !== 'all' && reads.variables.some((name) => !Object.hasOwn(frozen.variables ?? {}, name));
    if (!lacksSecret && !lacksVariable) return undefined;
    const of = { organisation_id: organisationId };
    const [stored, shared] = await Promise.all([
      lacksSecret ? ownSnapshot(this.bus.snapshots, SecretsSnapshot, of, organisationId) : null,
      lacksVariable ? ownSnapshot(this.bus.snapshots, VariablesSnapshot, of, organisationId) : null,
    ]);
    return new NameHints({
      secrets: Object.keys(stored?.secrets ?? {}),
      variables: [...Object.keys(plan.variables), ...Object.keys(shared?.variables ?? {})],
    });
  }
}
