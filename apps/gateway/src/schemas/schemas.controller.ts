import { Controller, Get, Header } from '@nestjs/common';
import { workflowJsonSchema } from '@millrace/schema';
import { Public } from '../auth/principal.js';

/** Made once: the schema is the same until the next release. */
const WORKFLOW_SCHEMA = JSON.stringify(workflowJsonSchema());

/** JSON Schemas for editors. Public, because an editor has no token and they hold nothing of anybody. */
@Controller('v1/schemas')
export class SchemasController {
  @Get('workflow.json')
  @Public()
  @Header('Content-Type', 'application/schema+json')
  @Header('Cache-Control', 'public, max-age=3600')
  workflow(): string {
    return WORKFLOW_SCHEMA;
  }
}
