import type { Transport } from '../transport.js';
import type { OrganisationEvent, OrganisationEventsQuery } from '../types.js';
import { EventStream, type StreamOptions } from './event-stream.js';

/** `client.events` */
export class Events {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What happens in the organisation from now on, or behind `lastEventId`; it goes on until you leave the loop. */
  stream(query: OrganisationEventsQuery = {}, options: StreamOptions = {}): EventStream<OrganisationEvent> {
    return new EventStream(this.#transport, { path: '/events', query: { ...query } }, options);
  }
}
