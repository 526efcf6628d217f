import { Injectable } from '@nestjs/common';
import { DocumentTexts } from '../workflows/document-texts.js';
import { WorkflowReader } from '../workflows/workflow-reader.js';
import { WorkflowVersionsService } from './workflow-versions.service.js';

/** The documents of workflows and their versions as YAML. */
@Injectable()
export class WorkflowTexts {
  constructor(
    private readonly reader: WorkflowReader,
    private readonly versions: WorkflowVersionsService,
    private readonly texts: DocumentTexts,
  ) {}

  /**
   * That of a version; of the current one, with the status of the workflow, when none is named. Throws WORKFLOW_NOT_FOUND, VERSION_NOT_FOUND,
   * VERSION_PRUNED, SERVICE_UNAVAILABLE.
   */
  async of(
    organisationId: string,
    workflowId: string,
    version: number | undefined,
  ): Promise<{ version: number; text: string }> {
    if (version === undefined) {
      const workflow = await this.reader.found(organisationId, workflowId);
      const current = await this.reader.currentVersion(workflow);
      return { version: workflow.version, text: await this.texts.ofVersion(current, workflow.status) };
    }
    const workflow = await this.reader.foundWithDeleted(organisationId, workflowId);
    return { version, text: await this.texts.ofVersion(await this.versions.found(workflow, version)) };
  }
}
