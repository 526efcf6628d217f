import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import {
  AppError,
  executionOfFile,
  fileEndpoints,
  GetExecution,
  type FileList,
  type FileResource,
} from '@millrace/contracts';
import { BUS, type Bus, type StoredFile } from '@millrace/messaging';
import type { Request, Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { attachmentHeader } from './attachment-header.js';
import { OpenDownloads } from './open-downloads.js';

/** Files of executions. They are read where they are stored, of the caller's organisation alone. */
@Controller()
export class FilesController {
  readonly #downloads = new OpenDownloads();

  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(fileEndpoints.list)
  async list({ caller, params, query, requestId }: Call<typeof fileEndpoints.list>): Promise<FileList> {
    const { organisationId } = caller;
    const { execution_id } = params;
    const files = await this.bus.files.list(organisationId, execution_id);
    // What has files exists; of what has none that is not known yet.
    if (files.length === 0)
      await this.bus.request(
        GetExecution,
        { organisation_id: organisationId, execution_id, steps: 'none' },
        { requestId },
      );
    const after = query.starting_after;
    const place = files.findIndex(({ id }) => id === after);
    // Nothing comes behind what is not there, or not any more.
    const from = after === undefined ? 0 : place < 0 ? files.length : place + 1;
    const page = files.slice(from, from + query.limit);
    const has_more = from + page.length < files.length;
    return { files: page.map(resourceOf), next_cursor: has_more ? (page.at(-1)?.id ?? null) : null, has_more };
  }

  @Endpoint(fileEndpoints.download)
  async download(
    { caller, params }: Call<typeof fileEndpoints.download>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { organisationId } = caller;
    const file = await this.bus.files.find(organisationId, params.file_id);
    if (file === null) throw new AppError('FILE_NOT_FOUND', { details: { file_id: params.file_id } });
    const range = rangeOf(request, file.size);
    if (range === 'beyond') return void response.status(416).setHeader('content-range', `bytes */${file.size}`).end();
    const length = range === undefined ? file.size : range.last - range.first + 1;
    const isWanted = request.method !== 'HEAD' && length > 0;
    if (isWanted) response.once('close', this.#downloads.begin(organisationId));
    // What fails before anything is sent has an answer of its own.
    const content = isWanted ? await begun(this.bus.files.read(organisationId, file, range)) : undefined;
    response.setHeader('content-type', file.type);
    response.setHeader('content-disposition', attachmentHeader(file.name));
    // Whatever it is, a browser that opens it runs nothing of it.
    response.setHeader('content-security-policy', "sandbox; default-src 'none'");
    response.setHeader('accept-ranges', 'bytes');
    response.setHeader('etag', `"${file.sha256}"`);
    response.setHeader('content-length', length);
    if (range !== undefined)
      response.status(206).setHeader('content-range', `bytes ${range.first}-${range.last}/${file.size}`);
    if (content === undefined) response.end();
    else await send(content, response);
  }
}

/** The same, with its first piece there. */
async function begun(content: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const pieces = content[Symbol.asyncIterator]();
  const first = await pieces.next();
  return (async function* () {
    for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
  })();
}

/** Piece by piece, as fast as they are taken. */
async function send(content: AsyncIterable<Uint8Array>, response: Response): Promise<void> {
  try {
    await pipeline(Readable.from(content, { objectMode: false }), response);
  } catch {
    // Whoever reads gets less than the length that was said.
    response.destroy();
  }
}

/** What `Range` names, if it is one part; several get the whole, as does one that names another content (RFC 9110, 14.2). */
function rangeOf(request: Request, size: number): { first: number; last: number } | 'beyond' | undefined {
  if (request.headers.range === undefined || request.headers['if-range'] !== undefined) return undefined;
  const ranges = request.range(size);
  if (ranges === -1) return 'beyond';
  const [range] = Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges : [];
  return range && { first: range.start, last: range.end };
}

function resourceOf({ id, name, type, size, sha256, created_at }: StoredFile): FileResource {
  return { id, execution_id: executionOfFile(id), name, type, size, sha256, created_at };
}
