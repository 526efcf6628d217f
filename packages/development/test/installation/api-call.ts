/** What is asked of a gateway. */
interface ApiCall {
  /** The gateway's address, with `/v1`. */
  readonly base: string;
  readonly token: string;
  readonly method: string;
  /** Behind the base. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An HTTP answer, whose body is JSON. */
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** Calls the API as the holder of a token. Never throws for a status. */
export async function callApi<Body>({ base, token, method, path, body, headers }: ApiCall): Promise<Answer<Body>> {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(120_000),
  });
  return { status: answer.status, body: (await answer.json()) as Body };
}

/** The body of an answer that is a success. Throws for any other. */
export async function mustCall<Body>(call: ApiCall): Promise<Body> {
  const { status, body } = await callApi<Body>(call);
  if (status >= 300) throw new Error(`${call.method} ${call.path}: ${status} ${JSON.stringify(body)}`);
  return body;
}
