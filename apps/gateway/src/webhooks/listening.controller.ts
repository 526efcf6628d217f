import { Controller, Inject, Req, Res } from '@nestjs/common';
import { AppError, webhookEndpoints, WebhookSnapshot } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { ownSnapshot } from '@millrace/service-kit/own-snapshot';
import type { Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { LIVE_BOUNDS_OF_PROCESS, type LiveBounds } from '../live/live-bounds.js';
import { Streaming } from '../live/streaming.js';
import { ListenerPlaces } from './listener-places.js';
import { ListeningFeed } from './listening-feed.js';

const { listen } = webhookEndpoints;

/** Shows the calls of an address to who builds its workflow. */
@Controller()
export class ListeningController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LIVE_BOUNDS_OF_PROCESS) private readonly bounds: LiveBounds,
    private readonly streaming: Streaming,
    private readonly places: ListenerPlaces,
  ) {}

  @Endpoint(listen)
  async listen(
    { caller: { organisationId }, params: { webhook_id } }: Call<typeof listen>,
    @Req() request: AuthenticatedRequest & Request,
    @Res() response: Response,
  ): Promise<void> {
    if ((await ownSnapshot(this.bus.snapshots, WebhookSnapshot, { webhook_id }, organisationId)) === null)
      throw new AppError('WEBHOOK_NOT_FOUND', { details: { webhook_id } });
    const leave = this.places.take(organisationId);
    try {
      const listened = { organisationId, webhookId: webhook_id, listeningMs: this.bounds.listeningMs };
      await this.streaming.answer({ endpoint: listen, request, response }, new ListeningFeed(this.bus, listened));
    } finally {
      leave();
    }
  }
}
