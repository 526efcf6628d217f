import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Controller, Header, Res } from '@nestjs/common';
import {
  AppError,
  documentationEndpoints,
  type ExpressionHelpers,
  type StepTypes,
  type TriggerTypes,
} from '@millrace/contracts';
import { isStepType, STEP_TYPES, workflowJsonSchema } from '@millrace/schema';
import type { Response } from 'express';
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { PAGE, PAGE_POLICY, START } from './documentation-page.js';
import { KeptFile } from './kept-file.js';
import { openApiDocument } from './openapi-document.js';
import { helperList, stepSchema, stepTypeList, triggerTypeList } from './reference-lists.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const JAVASCRIPT = 'text/javascript; charset=utf-8';

const WORKFLOW_SCHEMA = new KeptFile(() => JSON.stringify(workflowJsonSchema()), 'application/schema+json');
const STEP_SCHEMAS = new Map(
  STEP_TYPES.map((type) => [type, new KeptFile(() => JSON.stringify(stepSchema(type)), 'application/schema+json')]),
);
const STEP_TYPE_LIST = new KeptFile<StepTypes>(() => JSON.stringify(stepTypeList()), JSON_TYPE);
const TRIGGER_TYPE_LIST = new KeptFile<TriggerTypes>(() => JSON.stringify(triggerTypeList()), JSON_TYPE);
const HELPER_LIST = new KeptFile<ExpressionHelpers>(() => JSON.stringify(helperList()), JSON_TYPE);
const OPENAPI_DOCUMENT = new KeptFile(() => JSON.stringify(openApiDocument()), JSON_TYPE);
const PAGE_FILE = new KeptFile<string>(() => PAGE, 'text/html; charset=utf-8');
const PAGE_START = new KeptFile<string>(() => START, JAVASCRIPT);
const PAGE_SCRIPT = new KeptFile(() => fileOfPage('swagger-ui-bundle.js'), JAVASCRIPT);
const PAGE_STYLE = new KeptFile(() => fileOfPage('swagger-ui.css'), 'text/css; charset=utf-8');

/** What the API says about itself, and a page to read it: all of it from this process, nothing from elsewhere. */
@Controller()
export class DocumentationController {
  @Endpoint(documentationEndpoints.workflowSchema)
  workflowSchema(_call: unknown, @Res() response: Response): Promise<void> {
    return WORKFLOW_SCHEMA.send(response);
  }

  @Endpoint(documentationEndpoints.stepSchema)
  async stepSchema(
    { params }: Call<typeof documentationEndpoints.stepSchema>,
    @Res() response: Response,
  ): Promise<void> {
    const { step_type } = params;
    const file = isStepType(step_type) ? STEP_SCHEMAS.get(step_type) : undefined;
    if (file === undefined) throw new AppError('STEP_TYPE_NOT_FOUND', { details: { step_type, known: STEP_TYPES } });
    await file.send(response);
  }

  @Endpoint(documentationEndpoints.stepTypes)
  stepTypes(_call: unknown, @Res() response: Response): Promise<StepTypes> {
    return STEP_TYPE_LIST.send(response);
  }

  @Endpoint(documentationEndpoints.triggerTypes)
  triggerTypes(_call: unknown, @Res() response: Response): Promise<TriggerTypes> {
    return TRIGGER_TYPE_LIST.send(response);
  }

  @Endpoint(documentationEndpoints.expressionHelpers)
  expressionHelpers(_call: unknown, @Res() response: Response): Promise<ExpressionHelpers> {
    return HELPER_LIST.send(response);
  }

  @Endpoint(documentationEndpoints.openApi)
  openApi(_call: unknown, @Res() response: Response): Promise<void> {
    return OPENAPI_DOCUMENT.send(response);
  }

  @Endpoint(documentationEndpoints.page)
  @Header('Content-Security-Policy', PAGE_POLICY)
  @Header('Referrer-Policy', 'no-referrer')
  page(_call: unknown, @Res() response: Response): Promise<string> {
    return PAGE_FILE.send(response);
  }

  @Endpoint(documentationEndpoints.pageStart)
  pageStart(_call: unknown, @Res() response: Response): Promise<string> {
    return PAGE_START.send(response);
  }

  @Endpoint(documentationEndpoints.pageScript)
  pageScript(_call: unknown, @Res() response: Response): Promise<void> {
    return PAGE_SCRIPT.send(response);
  }

  @Endpoint(documentationEndpoints.pageStyle)
  pageStyle(_call: unknown, @Res() response: Response): Promise<void> {
    return PAGE_STYLE.send(response);
  }
}

function fileOfPage(name: string): Promise<Buffer> {
  return readFile(join(swaggerUiFolder(), name));
}
