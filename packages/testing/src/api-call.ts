/** What is asked of the API of a platform. */
export interface ApiCall {
  /** The address of the API, with `/v1`. */
  readonly base: string;
  /** Sent as the credential; null for none. */
  readonly token: string | null;
  readonly method: string;
  /** Behind the base. */
  readonly path: string;
  /** A body that is sent as JSON. */
  readonly json?: unknown;
  /** A body that is sent as it is. */
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the whole response; 30 s by default. */
  readonly timeoutMs?: number;
}

/** A response with its body parsed: JSON, else the text; undefined when there is none. */
export interface ApiResponse<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Sends a call. Never throws for a status. */
export function sendApi({
  base,
  token,
  method,
  path,
  json,
  raw,
  headers,
  timeoutMs = 30_000,
}: ApiCall): Promise<Response> {
  const body = json === undefined ? raw : JSON.stringify(json);
  return fetch(`${base}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(timeoutMs),
  });
}

/** Sends a call and reads what comes back. Never throws for a status. */
export async function callApi<Body>(call: ApiCall): Promise<ApiResponse<Body>> {
  const response = await sendApi(call);
  return { status: response.status, headers: response.headers, body: (await bodyOf(response)) as Body };
}

/** The body of a response that is a success. Throws for any other. */
export async function mustCall<Body>(call: ApiCall): Promise<Body> {
  const { status, body } = await callApi<Body>(call);
  if (status >= 300) throw new Error(`${call.method} ${call.path}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** Of a stream of events, which may never end, no more than that it is a text. */
async function bodyOf(response: Response): Promise<unknown> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true)
    return parsed(await response.text());
  await response.body?.cancel();
  return '';
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
