import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';

/** A file of an execution. */
export const fileResourceSchema = z
  .object({
    id: z.string(),
    execution_id: z.string().meta({ description: 'The execution that it belongs to, and that it goes with.' }),
    name: z.string().nullable(),
    type: z.string().meta({ description: 'Its media type, as its sender named it.' }),
    size: z.int().meta({ description: 'Bytes.' }),
    sha256: z.string().meta({ description: 'Of its content, in hexadecimal digits.' }),
    created_at: z.string(),
  })
  .register(apiSchemas, { id: 'File' });
export type FileResource = z.output<typeof fileResourceSchema>;

/** Files of one execution, in the order in which they came. */
export const fileListSchema = z
  .object({ files: z.array(fileResourceSchema), next_cursor: z.string().nullable(), has_more: z.boolean() })
  .register(apiSchemas, { id: 'FileList' });
export type FileList = z.output<typeof fileListSchema>;

/** The content of a file, whatever it is. */
export const fileContentSchema = z
  .unknown()
  .meta({ type: 'string', format: 'binary' })
  .register(apiSchemas, { id: 'FileContent' });
