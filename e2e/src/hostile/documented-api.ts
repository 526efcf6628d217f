import { ApiDocument } from '@millrace/testing';
import { ApiClient, type Answer, type CallOptions } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { readEndpoints } from '../support/platform.js';
import { inTurn } from './in-turn.js';

/** A call, and what is to be said of it when it went wrong. */
export interface HostileCall extends CallOptions {
  readonly method: string;
  /** Behind the base address of the API. */
  readonly path: string;
  /** Whose route it is. */
  readonly access?: string;
}

/** What came of a call. */
interface Judged {
  readonly status: number;
  readonly code: string | undefined;
  readonly problems: readonly string[];
}

/** Of an answer, as far as it is read here. */
type Body = { readonly error?: { readonly code?: string } } | undefined;

/** The API, with each answer held against `/openapi.json`. */
export class DocumentedApi {
  private constructor(
    private readonly document: ApiDocument,
    private readonly clients: { readonly own: ApiClient; readonly operator: ApiClient },
  ) {}

  static async open(api = new ApiClient()): Promise<DocumentedApi> {
    const { api_url: url, operator_token: operator } = readEndpoints();
    const root = new ApiClient(null, new URL(url).origin);
    const document = new ApiDocument((await root.call('GET', '/openapi.json')).body);
    return new DocumentedApi(document, { own: api, operator: new ApiClient(operator) });
  }

  /** Makes a call. `problems`: why the answer is a failure of ours, or none that the document has. */
  async call({ method, path, access, ...options }: HostileCall): Promise<Judged> {
    const { status, headers, body } = await this.#answer(access, (client) => client.call<Body>(method, path, options));
    const contentType = headers.get('content-type');
    const at = { method, path: `/v1${path.split('?')[0]}`, status, contentType, body, headers };
    const problems = [...this.document.problemsOf(at), ...(status >= 500 ? [`it failed: ${status}`] : [])];
    return { status, code: body?.error?.code, problems };
  }

  /** What the operator may call in a minute is soon used up. */
  #answer(access: string | undefined, call: (client: ApiClient) => Promise<Answer<Body>>): Promise<Answer<Body>> {
    if (access !== 'operator') return call(this.clients.own);
    return eventually(
      'the operator may call again',
      async () => {
        const answer = await call(this.clients.operator);
        return answer.status === 429 ? undefined : answer;
      },
      { timeoutMs: 120_000, everyMs: 1_000 },
    );
  }

  /** What is wrong with the answers to many calls, each with its call. Writes of one resource come one after the other: they would lose against each other. */
  async wrongOf<Call extends HostileCall>(
    calls: readonly Call[],
    further: (call: Call, answer: Judged) => string | null = () => null,
  ): Promise<unknown[]> {
    const wrong: unknown[] = [];
    await inTurn(byResource(calls), async (ofOne) => {
      for (const call of ofOne) {
        const answer = await this.call(call);
        const problems = [...answer.problems, further(call, answer)].filter((one) => one !== null);
        if (problems.length > 0) wrong.push([call.method, call.path, call.json ?? call.raw, ...problems]);
      }
    });
    return wrong;
  }
}

/** Writes of one resource together, each read by itself. */
function byResource<Call extends HostileCall>(calls: readonly Call[]): Call[][] {
  const groups = new Map<unknown, Call[]>();
  for (const call of calls) {
    const resource = call.method === 'GET' ? call : call.path.split(/[/?]/, 3).join('/');
    const group = groups.get(resource) ?? [];
    group.push(call);
    groups.set(resource, group);
  }
  return [...groups.values()];
}
