import { Injectable } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { readDocumentText, replaceMember, writeDocumentText, type Locate } from '@millrace/schema';
import { DocumentChecks } from './document-checks.js';
import type { JsonObject } from './json-object.js';
import { parseDocument } from './stored-document.js';
import type { WorkflowVersionRecord } from './workflow-version.schema.js';
import { invalidWorkflow } from './workflows.errors.js';

/** A document as it was sent. */
export interface SentDocument {
  readonly document: unknown;
  /** The text that it was read from, if it was one. */
  readonly source?: string;
  /** Finds the places of problems in the text. */
  readonly locate?: Locate;
}

/** Documents as YAML: reads and writes those of each organisation one at a time, as they are checked. */
@Injectable()
export class DocumentTexts {
  constructor(private readonly checks: DocumentChecks) {}

  /** What was sent, parsed if it is a text. Throws INVALID_INPUT with line and column of what is wrong, SERVICE_UNAVAILABLE. */
  async read(organisationId: string, sent: { document?: unknown; source?: string | undefined }): Promise<SentDocument> {
    const { document, source } = sent;
    if (source === undefined) return { document };
    const reading = await this.checks.inTurn(organisationId, () => readDocumentText(source));
    if (!reading.ok) throw invalidWorkflow(reading.problems);
    return { document: reading.value, source, locate: reading.locate };
  }

  /** A document as YAML. Throws SERVICE_UNAVAILABLE. */
  written(organisationId: string, document: JsonObject): Promise<string> {
    return this.checks.inTurn(organisationId, () => textOf(document));
  }

  /** A version as YAML: as it was saved, or written anew; with the status that its workflow has, when that is given. Throws SERVICE_UNAVAILABLE. */
  ofVersion({ organisation_id, source, document }: WorkflowVersionRecord, status?: string): Promise<string> {
    return this.checks.inTurn(organisation_id, () => {
      if (typeof source === 'string') return status === undefined ? source : replaceMember(source, 'status', status);
      const saved = parseDocument(document);
      return textOf(status === undefined ? saved : withStatus(saved, status));
    });
  }
}

/** A text that may be sent back. JSON is YAML too: what would be too long with line breaks and indentation has none. */
function textOf(document: JsonObject): string {
  const text = writeDocumentText(document);
  return text === null || Buffer.byteLength(text) > LIMITS.workflowBodyBytes ? stringifyJson(document) : text;
}

function withStatus({ name, description, ...others }: JsonObject, status: string): JsonObject {
  return { name, ...(description === undefined ? {} : { description }), status, ...others };
}
