import type { Transform } from 'node:stream';
import { AppError, shortened } from '@millrace/contracts';
import { workMeter } from '@millrace/messaging';
import { decompressorOf, READ_ENCODINGS } from '@millrace/service-kit/decompressor';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { callerKey } from '../rate-limits/caller-address.js';
import { Arrival } from './arrival.js';
import { bodyRoom } from './body-room.js';
import { decompressed } from './decompressed-body.js';
import { gather, incomplete, tooLarge, type Gathering } from './gathered-body.js';
import { senderRecords } from './sender-records.js';

/** After so long there is room again, as a rule. */
const RETRY_AFTER_SECONDS = 1;

/** Whether the request announces a body, however long. */
export function hasBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || request.headers['content-length'] !== undefined;
}

/** The announced length in bytes, or null when the request does not announce it. */
export function announcedLength(request: Request): number | null {
  if (request.headers['transfer-encoding'] !== undefined) return null;
  const length = Number(request.headers['content-length'] ?? 0);
  return Number.isFinite(length) ? length : null;
}

/** The most bytes that the body may have once it is read, as far as its head says; null when that says nothing. */
export function expectedLength(request: Request): number | null {
  const coding = request.headers['content-encoding'];
  return coding === undefined || coding === 'identity' ? announcedLength(request) : null;
}

/**
 * Reads the body of a request, decompressed, up to `limitBytes`. Nothing else reads bodies, and only handlers call this,
 * so a request that was refused before has not cost a byte of memory. Throws PAYLOAD_TOO_LARGE (before it reads, when the
 * length is announced), UNSUPPORTED_MEDIA_TYPE for an unknown compression or transfer coding, INVALID_INPUT when the body does not arrive whole, or in
 * too many pieces, RATE_LIMIT_EXCEEDED when its sender sends too much at once.
 */
export async function readBody(request: Request, response: Response, limitBytes: number): Promise<Buffer> {
  if ((announcedLength(request) ?? 0) > limitBytes) throw tooLarge(limitBytes);
  requireChunks(request.headers['transfer-encoding']);
  const decompressor = knownDecompressor(request.headers['content-encoding']);
  // A client that asked first has sent nothing yet.
  if (request.headers.expect !== undefined) response.writeContinue();
  let giveUp: (error: AppError) => void = () => undefined;
  const owner = ownerOf(request);
  const held = bodyRoom.open(owner, (error) => giveUp(error));
  const caller = callerKey(request.ip);
  const stranger = (request as AuthenticatedRequest).principal === undefined ? caller : undefined;
  const arrival = new Arrival(owner, stranger, (error) => giveUp(error));
  // What was made of the body is kept until the response has been sent.
  const ended = workMeter.begin(
    `the body of ${request.method} ${request.route ? String((request.route as { path: unknown }).path) : ''}`,
    (request as AuthenticatedRequest).calledOrganisationId ?? owner,
  );
  const release = (): void => {
    held.release();
    arrival.end();
    ended();
    giveUp(incomplete('the connection was closed'));
  };
  response.once('close', release);
  (request as AuthenticatedRequest).releaseBody = release;
  const grew = (bytes: number): void => {
    arrival.grew(bytes);
    held.grew(bytes);
  };
  const begun = (): void => {
    if (stranger !== undefined) (request as AuthenticatedRequest).placeTakenBy = senderOf(request);
  };
  const gathering: Gathering = { limitBytes, grew: held.grew, onGiveUp: (reject) => (giveUp = reject) };
  try {
    const becameLarge = (): Promise<void> => arrival.becameLarge().then(begun);
    const sent = await gather(request, { ...gathering, grew, becameLarge }, () => !request.complete);
    arrival.arrived();
    const { arrived } = held;
    if (decompressor === null) await arrived();
    const turn = { owner, caller, begun, arrived };
    const body = decompressor === null ? sent : await decompressed(sent, decompressor, turn, gathering);
    arrival.end();
    return body;
  } catch (error) {
    held.release();
    arrival.end();
    const code = error instanceof AppError ? error.code : undefined;
    if (code === 'RATE_LIMIT_EXCEEDED') response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
    if (code === 'PAYLOAD_TOO_LARGE' || code === 'INVALID_INPUT') noteRefused(request);
    throw error;
  }
}

/** Remembers that a call of a stranger was accepted. */
export function noteAccepted(request: Request): void {
  senderRecords.accepted(senderOf(request));
}

/** Remembers that one was refused, if it has used a place for that: others may have waited for it. */
export function noteRefused({ placeTakenBy }: AuthenticatedRequest): void {
  if (placeTakenBy !== undefined) senderRecords.wasted(placeTakenBy);
}

function senderOf(request: Request): string {
  return `${ownerOf(request)} ${callerKey(request.ip)}`;
}

/**
 * Who pays for a body: the organisation of the token; or all who call webhooks of one organisation, so that from however many addresses they hold up no other's, nor what it sends
 * itself with its tokens; else the address.
 */
function ownerOf({ principal, calledOrganisationId: called, ip }: AuthenticatedRequest & Request): string {
  if (principal !== undefined) return principal.organisationId;
  return called === undefined ? callerKey(ip) : `webhooks of ${called}`;
}

/** Node takes the chunks apart, and leaves any other coding of `Transfer-Encoding` to whoever reads the body. */
function requireChunks(coding: string | undefined): void {
  if (coding === undefined || coding.trim().toLowerCase() === 'chunked') return;
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: `The Transfer-Encoding of a request must be "chunked", not ${shortened(coding)}; compressed bodies have a Content-Encoding`,
    details: { transfer_encoding: shortened(coding) },
  });
}

function knownDecompressor(encoding: string | undefined): (() => Transform) | null {
  const decompressor = decompressorOf(encoding);
  if (decompressor !== undefined) return decompressor;
  const shown = shortened(encoding ?? '');
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: `A request body may be compressed with one of ${READ_ENCODINGS}, not ${shown}`,
    details: { content_encoding: shown },
  });
}
