import { request } from 'node:https';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';

/** An answer of the API server. */
export interface ApiAnswer<Body> {
  readonly status: number;
  readonly body: Body;
}

interface CallOptions {
  readonly body?: unknown;
  /** Of the body; JSON by default. */
  readonly type?: string;
}

/** A refusal of the API server. */
export class ClusterRefusal extends Error {}

/** The API of a cluster, as one holder of a token sees it. */
export class ClusterApi {
  constructor(
    readonly url: string,
    private readonly token: string,
    private readonly authority: Buffer,
  ) {}

  /** Never throws for a status. */
  call<Body>(
    method: string,
    path: string,
    { body, type = 'application/json' }: CallOptions = {},
  ): Promise<ApiAnswer<Body>> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.token}`,
      // Without a length the body of a DELETE would be read as the next request.
      ...(body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
    };
    return new Promise((resolve, reject) => {
      const call = request(`${this.url}${path}`, { method, headers, ca: this.authority, timeout: 30_000 }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('end', () => {
          const answered = Buffer.concat(chunks).toString('utf8');
          const isJson = answer.headers['content-type']?.startsWith('application/json') === true;
          resolve({ status: answer.statusCode ?? 0, body: (isJson ? JSON.parse(answered) : answered) as Body });
        });
        answer.once('error', reject);
      });
      call.once('timeout', () => call.destroy(new Error(`${method} ${path} got no answer`)));
      call.once('error', reject);
      call.end(text);
    });
  }

  /** Rejects when the answer is a refusal. */
  async must<Body>(method: string, path: string, options?: CallOptions): Promise<Body> {
    const { status, body } = await this.call<Body>(method, path, options);
    if (status >= 300) throw new ClusterRefusal(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async list<Item = KubernetesObject>(path: string): Promise<readonly Item[]> {
    return (await this.must<{ items: readonly Item[] }>('GET', path)).items;
  }

  merge(path: string, body: unknown): Promise<KubernetesObject> {
    return this.must('PATCH', path, { body, type: 'application/merge-patch+json' });
  }
}
