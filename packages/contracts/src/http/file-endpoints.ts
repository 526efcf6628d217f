import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { fileContentSchema, fileListSchema } from './files.js';

const group = 'Executions';

const FILE = {
  id: 'file_01m887wqp5fkp3j7e18anavgwwk2wq7t5xz3uzrb4ezwhaiy3f5e',
  execution_id: 'exec_01m887wqp5fkp3j7e18anavgww',
  name: 'invoice.pdf',
  type: 'application/pdf',
  size: 48_213,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  created_at: '2026-11-25T09:00:00.061Z',
} as const;

const HEADERS = {
  'Content-Disposition': 'Always `attachment`, with the name of the file.',
  ETag: 'The SHA-256 of the content.',
} as const;

/** The endpoints of files: content that executions pass on by reference. */
export const fileEndpoints = {
  list: defineEndpoint({
    id: 'listFiles',
    method: 'GET',
    path: '/v1/executions/{execution_id}/files',
    group,
    summary: 'List the files of an execution',
    description:
      'Those that its steps have written and those that came with its start, in the order in which they were stored.',
    access: 'executions:read',
    query: z.object({
      limit: z.int().min(1).max(LIMITS.pageSize).default(20),
      starting_after: z
        .string()
        .regex(ID_FORMS.file, 'starting_after must be the id of a file, the next_cursor of the page before')
        .optional()
        .meta({ description: 'The `next_cursor` of the page before.' }),
    }),
    answer: {
      status: 200,
      description: 'One page.',
      schema: fileListSchema,
      example: { files: [FILE], next_cursor: null, has_more: false },
    },
  }),

  download: defineEndpoint({
    id: 'downloadFile',
    method: 'GET',
    path: '/v1/files/{file_id}',
    group,
    summary: 'Download a file',
    description: 'Its content, with its media type. A browser saves it and never shows it.',
    access: 'executions:read',
    headers: { Range: 'A part of the file, in bytes.' },
    answer: {
      status: 200,
      description: 'The content.',
      schema: fileContentSchema,
      mediaType: '*/*',
      headers: HEADERS,
    },
    furtherAnswers: [
      {
        status: 206,
        description: 'The part that `Range` names.',
        schema: fileContentSchema,
        mediaType: '*/*',
        headers: { ...HEADERS, 'Content-Range': 'Which bytes these are.' },
      },
      { status: 416, description: 'The file ends before the part that `Range` names.' },
    ],
  }),
};
