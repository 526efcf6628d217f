import { Injectable } from '@nestjs/common';
import type { ErrorIssue, PlanTest, TestRun } from '@millrace/contracts';
import { planWorkflow, type WorkflowPlan } from '@millrace/schema';
import type { z } from 'zod';
import { Triggers } from '../triggers/triggers.js';
import { draftNotFound } from '../workflow-drafts/workflow-drafts.errors.js';
import { WorkflowDraftsRepository } from '../workflow-drafts/workflow-drafts.repository.js';
import { WorkflowVersionsService } from '../workflow-versions/workflow-versions.service.js';
import { checkedSize } from '../workflows/document-check.js';
import { DocumentChecks } from '../workflows/document-checks.js';
import { isObject } from '../workflows/json-object.js';
import { mergeDocument } from '../workflows/merge.js';
import { documentText, parseDocument, withoutServerFields } from '../workflows/stored-document.js';
import { WorkflowReader } from '../workflows/workflow-reader.js';
import { invalidWorkflow } from '../workflows/workflows.errors.js';
import { standInsOf, stepsOf } from './stand-ins.js';

type Question = z.output<typeof PlanTest.question>;

/** What is tried: a document that is not saved, or a version as it is. */
interface Tried {
  readonly plan: WorkflowPlan;
  /** Of what is no version. */
  readonly document?: string;
}

/** Works out what executions that only try something are started with. Stores nothing. */
@Injectable()
export class TestPlans {
  constructor(
    private readonly reader: WorkflowReader,
    private readonly versions: WorkflowVersionsService,
    private readonly drafts: WorkflowDraftsRepository,
    private readonly checks: DocumentChecks,
    private readonly triggers: Triggers,
  ) {}

  /** Throws as {@link PlanTest} says. */
  async plan(question: Question): Promise<{ test: TestRun }> {
    const { organisation_id, workflow_id, test } = question;
    await this.reader.found(organisation_id, workflow_id);
    const { draft = false, pins = draft, mocks = {}, only, until, from, effects } = test;
    requireOne(question);
    const stored = draft || pins ? await this.drafts.find(organisation_id, workflow_id) : null;
    if (draft && !stored?.document) throw draftNotFound(workflow_id);
    const sent = draft && stored?.document ? parseDocument(stored.document) : test.document;
    const tried = await (sent === undefined ? this.#saved(question) : this.#unsaved(organisation_id, sent));
    const pinned = pins && stored ? parseDocument(stored.pins) : {};
    const { results, problems } = standInsOf(tried.plan, { mocks, pins: pinned });
    const all = [...problems, ...problemsOf(tried.plan, { only, until, from })];
    if (all.length > 0) throw invalidWorkflow(all);
    return {
      test: {
        ...(tried.document === undefined ? {} : { document: tried.document }),
        ...(Object.keys(results).length === 0 ? {} : { results }),
        ...(only === undefined ? {} : { only }),
        ...(until === undefined ? {} : { until }),
        ...(effects === false ? { effects } : {}),
      },
    };
  }

  async #saved({ organisation_id, workflow_id, version }: Question): Promise<Tried> {
    const workflow = await this.reader.found(organisation_id, workflow_id);
    const { document } = await this.versions.get(organisation_id, workflow_id, version ?? workflow.version);
    return { plan: await this.checks.inTurn(organisation_id, () => planWorkflow(document)) };
  }

  /** Validated as when it is saved. */
  async #unsaved(organisationId: string, sent: unknown): Promise<Tried> {
    checkedSize(sent);
    const own = isObject(sent) ? withoutServerFields(mergeDocument({}, sent), this.triggers) : sent;
    const { document, plan } = await this.checks.check(organisationId, own);
    return { plan, document: documentText(document) };
  }
}

function requireOne({ version, test }: Question): void {
  const given = [version, test.draft === true || undefined, test.document].filter((one) => one !== undefined);
  if (given.length < 2) return;
  throw invalidWorkflow([{ path: 'test', message: 'give one of "version", "test.draft" and "test.document"' }]);
}

function problemsOf(
  plan: WorkflowPlan,
  { only, until, from }: Pick<Question['test'], 'only' | 'until' | 'from'>,
): ErrorIssue[] {
  const problems: ErrorIssue[] = [];
  if (only !== undefined && !plan.root.steps.some(({ id }) => id === only))
    problems.push({ path: 'test.only', message: `there is no step "${only}" in the workflow's own list of steps` });
  if (until !== undefined && !stepsOf(plan.root).some(({ id }) => id === until))
    problems.push({ path: 'test.until', message: `there is no step "${until}"` });
  if (only !== undefined && until !== undefined)
    problems.push({ path: 'test.until', message: 'has no meaning beside "only"' });
  if (only !== undefined && from !== undefined)
    problems.push({ path: 'test.from', message: 'has no meaning beside "only"' });
  else if (from !== undefined && !plan.root.steps.some(({ id }) => id === from.path))
    problems.push({
      path: 'test.from.path',
      message: `there is no step "${from.path}" in the workflow's own list of steps`,
    });
  return problems;
}
