import { Controller } from '@nestjs/common';
import {
  CreateToken,
  GetTokenOwner,
  ListTokens,
  RecordTokenUses,
  RevokeToken,
  UpdateToken,
  type TokenCreated,
  type TokenList,
  type TokenOwner,
  type TokenResource,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { TokensRepository } from './tokens.repository.js';
import type { Granter } from './granted.js';
import { TokensService } from './tokens.service.js';

/** The questions about API tokens that other services ask. */
@Controller()
export class TokensController {
  constructor(
    private readonly service: TokensService,
    private readonly repository: TokensRepository,
  ) {}

  @OnRequest(ListTokens)
  list(question: z.output<typeof ListTokens.question>): Promise<TokenList> {
    return this.service.list(question.organisation_id, question);
  }

  @OnRequest(CreateToken)
  create(question: z.output<typeof CreateToken.question>): Promise<TokenCreated> {
    return this.service.create(question.organisation_id, grantedBy(question), question.token);
  }

  @OnRequest(UpdateToken)
  update(question: z.output<typeof UpdateToken.question>): Promise<TokenResource> {
    return this.service.update(question.organisation_id, { ...question, by: grantedBy(question) });
  }

  @OnRequest(RevokeToken)
  async revoke(question: z.output<typeof RevokeToken.question>): Promise<{ id: string; revoked: true }> {
    await this.service.revoke(question.organisation_id, question.token_id, question.if_version);
    return { id: question.token_id, revoked: true };
  }

  @OnRequest(RecordTokenUses)
  async recordUses({ uses }: z.output<typeof RecordTokenUses.question>): Promise<{ recorded: number }> {
    await this.repository.recordUses(uses.map((use) => ({ ...use, used_at: new Date(use.used_at) })));
    return { recorded: uses.length };
  }

  @OnRequest(GetTokenOwner)
  owner(question: z.output<typeof GetTokenOwner.question>): Promise<TokenOwner> {
    return this.service.owner(question.organisation_id, question.token_id);
  }
}

function grantedBy({
  caller_scopes,
  caller_expires_at,
}: z.output<typeof CreateToken.question> | z.output<typeof UpdateToken.question>): Granter {
  return { scopes: caller_scopes, expiresAt: caller_expires_at === undefined ? null : new Date(caller_expires_at) };
}
