import { Controller, Header, Res } from '@nestjs/common';
import { documentationEndpoints } from '@millrace/contracts';
import { workflowJsonSchema } from '@millrace/schema';
import type { Response } from 'express';
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import { Endpoint } from '../http/endpoint.decorator.js';
import { PAGE, PAGE_POLICY, START } from './documentation-page.js';
import { openApiDocument } from './openapi-document.js';

/** Made once: they are the same until the next release. */
const WORKFLOW_SCHEMA = JSON.stringify(workflowJsonSchema());
const OPENAPI_DOCUMENT = JSON.stringify(openApiDocument());

const CACHED = 'public, max-age=3600';
const JAVASCRIPT = 'text/javascript; charset=utf-8';

/** What the API says about itself, and a page to read it: all of it from this process, nothing from elsewhere. */
@Controller()
export class DocumentationController {
  @Endpoint(documentationEndpoints.workflowSchema)
  @Header('Content-Type', 'application/schema+json')
  @Header('Cache-Control', CACHED)
  workflowSchema(): unknown {
    return WORKFLOW_SCHEMA;
  }

  @Endpoint(documentationEndpoints.openApi)
  @Header('Content-Type', 'application/json; charset=utf-8')
  @Header('Cache-Control', CACHED)
  openApi(): string {
    return OPENAPI_DOCUMENT;
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
    sendFile(response, 'swagger-ui-bundle.js');
  }

  @Endpoint(documentationEndpoints.pageStyle)
  pageStyle(_call: unknown, @Res() response: Response): void {
    sendFile(response, 'swagger-ui.css');
  }
}

function sendFile(response: Response, name: string): void {
  response.sendFile(name, { root: swaggerUiFolder(), maxAge: '1h' });
}
