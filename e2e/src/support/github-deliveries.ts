import { readFileSync } from 'node:fs';

/** The fields of GitHub's payloads that the tests work with. */
export interface GithubPayload {
  readonly action?: string;
  readonly repository?: { readonly full_name: string };
  readonly sender?: { readonly login: string };
  readonly commits?: readonly {
    readonly id: string;
    readonly author: { readonly name: string };
    readonly message: string;
  }[];
  readonly issue?: GithubTicket;
  readonly pull_request?: GithubTicket;
}

interface GithubTicket {
  readonly number: number;
  readonly labels?: readonly { readonly name: string }[];
}

/** One webhook call of GitHub. */
export interface GithubDelivery {
  readonly event: string;
  readonly index: number;
  readonly payload: GithubPayload;
}

/** Every payload that GitHub really sent and its users collected, in the order of the collection. */
export function githubDeliveries(): GithubDelivery[] {
  const file = require.resolve('@octokit/webhooks-examples');
  const events = JSON.parse(readFileSync(file, 'utf8')) as { name: string; examples: GithubPayload[] }[];
  return events.flatMap(({ name, examples }) => examples.map((payload, index) => ({ event: name, index, payload })));
}
