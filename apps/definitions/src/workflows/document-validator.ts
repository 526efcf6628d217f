import { Injectable } from '@nestjs/common';
import type { WorkflowValidation } from '@millrace/contracts';
import { dependenciesOf, orderOf, type Dependencies, type WorkflowPlan } from '@millrace/schema';
import { Triggers } from '../triggers/triggers.js';
import { checkedDocument, checkedSize, type CheckedDocument } from './document-check.js';
import { DocumentChecks } from './document-checks.js';
import { DocumentTexts, type SentDocument } from './document-texts.js';
import { isObject } from './json-object.js';
import { KnownNamesReader, type KnownNames } from './known-names.js';
import { mergeDocument } from './merge.js';
import { withoutServerFields } from './stored-document.js';
import { problemsIn } from './workflows.errors.js';
import { WorkflowsRepository } from './workflows.repository.js';

/** Says what saving a document would say, and what an execution of it would do. Stores nothing. */
@Injectable()
export class DocumentValidator {
  constructor(
    private readonly names: KnownNamesReader,
    private readonly workflows: WorkflowsRepository,
    private readonly checks: DocumentChecks,
    private readonly texts: DocumentTexts,
    private readonly triggers: Triggers,
  ) {}

  /** Throws SERVICE_UNAVAILABLE, also when too many documents of the organisation wait. */
  async validate(
    organisationId: string,
    question: { document?: unknown; source?: string | undefined },
  ): Promise<WorkflowValidation> {
    try {
      const sent = await this.texts.read(organisationId, question);
      const names = await this.names.of(organisationId, sent.document);
      const { checked, reads } = await this.checks.inTurn(organisationId, () => this.#read(sent, names));
      const workflows = names.workflows ?? (await this.workflows.existing(organisationId, reads.workflows));
      return {
        valid: true,
        problems: [],
        warnings: checked.warnings.map((problem) => ({ ...problem })),
        plan: planned(checked.plan, reads, { ...names, workflows }),
      };
    } catch (error) {
      const problems = problemsIn(error);
      if (problems === undefined) throw error;
      const isError = ({ severity }: { severity?: unknown }): boolean => severity !== 'warning';
      return {
        valid: false,
        problems: problems.filter(isError),
        warnings: problems.filter((problem) => !isError(problem)),
        plan: null,
      };
    }
  }

  #read(sent: SentDocument, names: KnownNames): { checked: CheckedDocument; reads: Dependencies } {
    const { document, locate } = sent;
    checkedSize(document);
    const own = isObject(document) ? withoutServerFields(mergeDocument({}, document), this.triggers) : document;
    const checked = checkedDocument(own, names, locate);
    return { checked, reads: dependenciesOf(checked.document) };
  }
}

const KINDS = ['secrets', 'variables', 'env', 'workflows'] as const;
type Names = Record<(typeof KINDS)[number], string[]>;

function planned(
  plan: WorkflowPlan,
  reads: Dependencies,
  known: Readonly<Record<(typeof KINDS)[number], readonly string[]>>,
): WorkflowValidation['plan'] {
  const { steps, complete } = orderOf(plan);
  const there = { ...known, variables: [...known.variables, ...Object.keys(plan.variables)] };
  const ofEach = (names: (kind: (typeof KINDS)[number]) => string[]): Names =>
    Object.fromEntries(KINDS.map((kind) => [kind, names(kind)])) as Names;
  return {
    steps: steps.map(({ step, parent, branch, next }) => ({
      step_id: step.id,
      type: step.type,
      parent,
      branch,
      next: next.map(({ stepId, on }) => ({ step_id: stepId, on })),
    })),
    complete,
    refers_to: ofEach((kind) => [...reads[kind]]),
    missing: ofEach((kind) => {
      const names = new Set(there[kind]);
      return reads[kind].filter((name) => !names.has(name));
    }),
  };
}
