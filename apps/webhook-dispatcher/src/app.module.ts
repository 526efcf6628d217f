import { Module } from '@nestjs/common';
import { InboundController } from './inbound/inbound.controller.js';
import { InboundService } from './inbound/inbound.service.js';

/** Wiring of the webhook dispatcher. */
@Module({ controllers: [InboundController], providers: [InboundService] })
export class AppModule {}
