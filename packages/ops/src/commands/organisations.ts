import { organisationEndpoints, type OrganisationResource, type TokenCreated } from '@millrace/contracts/http';
import type { Command } from '../command.js';
import type { OperatorApi } from '../operator-api.js';

const FIRST_TOKEN = 'First token';

const createCommand: Command = {
  name: 'organisation create',
  parameters: 'NAME',
  summary: 'make an organisation and its first token, which is shown this once',
  words: [1, 1],
  options: {
    'token-name': { type: 'string', description: `name of the token; "${FIRST_TOKEN}" by default` },
    scopes: { type: 'string', description: 'scopes of the token, separated by commas; all by default' },
  },
  async run({ api, words: [name = ''], options }) {
    const scopes = typeof options['scopes'] === 'string' ? options['scopes'].split(',') : ['*'];
    const tokenName = typeof options['token-name'] === 'string' ? options['token-name'] : FIRST_TOKEN;
    const organisation = await api.call<OrganisationResource>(organisationEndpoints.create, {}, { body: { name } });
    const token = await firstToken(api, organisation.id, { name: tokenName, scopes });
    return {
      json: { organisation, token },
      lines: [`organisation: ${organisation.id}`, `token: ${token.token}`],
    };
  },
};

export const ORGANISATION_COMMANDS: readonly Command[] = [createCommand];

/** An organisation that was made must not be lost because its token was not. */
async function firstToken(api: OperatorApi, organisation_id: string, body: object): Promise<TokenCreated> {
  try {
    return await api.call<TokenCreated>(organisationEndpoints.createToken, { organisation_id }, { body });
  } catch (error) {
    if (error instanceof Error)
      error.message = `The organisation ${organisation_id} was made, and no token of it: ${error.message}`;
    throw error;
  }
}
