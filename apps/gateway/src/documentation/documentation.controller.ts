import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, Header, Res } from '@nestjs/common';
import { documentationEndpoints } from '@millrace/contracts';
import { workflowJsonSchema } from '@millrace/schema';
import type { Response } from 'express';
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import { Endpoint } from '../http/endpoint.decorator.js';
import { PAGE, PAGE_POLICY, START } from './documentation-page.js';
import { CACHED, KeptFile } from './kept-file.js';
import { openApiDocument } from './openapi-document.js';

const JAVASCRIPT = 'text/javascript; charset=utf-8';

const WORKFLOW_SCHEMA = new KeptFile(JSON.stringify(workflowJsonSchema()), 'application/schema+json');
const OPENAPI_DOCUMENT = new KeptFile(JSON.stringify(openApiDocument()), 'application/json; charset=utf-8');
const PAGE_SCRIPT = new KeptFile(fileOfPage('swagger-ui-bundle.js'), JAVASCRIPT);
const PAGE_STYLE = new KeptFile(fileOfPage('swagger-ui.css'), 'text/css; charset=utf-8');

/** What the API says about itself, and a page to read it: all of it from this process, nothing from elsewhere. */
@Controller()
export class DocumentationController {
  @Endpoint(documentationEndpoints.workflowSchema)
  workflowSchema(_call: unknown, @Res() response: Response): void {
    WORKFLOW_SCHEMA.send(response);
  }

  @Endpoint(documentationEndpoints.openApi)
  openApi(_call: unknown, @Res() response: Response): void {
    OPENAPI_DOCUMENT.send(response);
  }

  @Endpoint(documentationEndpoints.page)
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', PAGE_POLICY)
  @Header('Referrer-Policy', 'no-referrer')
  @Header('Cache-Control', CACHED)
  page(): string {
    return PAGE;
  }

  @Endpoint(documentationEndpoints.pageStart)
  @Header('Content-Type', JAVASCRIPT)
  @Header('Cache-Control', CACHED)
  pageStart(): string {
    return START;
  }

  @Endpoint(documentationEndpoints.pageScript)
  pageScript(_call: unknown, @Res() response: Response): void {
    PAGE_SCRIPT.send(response);
  }

  @Endpoint(documentationEndpoints.pageStyle)
  pageStyle(_call: unknown, @Res() response: Response): void {
    PAGE_STYLE.send(response);
  }
}

function fileOfPage(name: string): Buffer {
  return readFileSync(join(swaggerUiFolder(), name));
}
