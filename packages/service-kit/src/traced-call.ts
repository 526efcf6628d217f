import { spanned, tracing } from '@millrace/messaging';

type Headers = Readonly<Record<string, string>>;

/**
 * Calls a server of somebody else as a part of what is under way, and passes the trace to it: by W3C `traceparent`, where the call does
 * not have one of its own. `headers` have names in lower case. Of the call only its method and the status are shown.
 */
export async function tracedCall<Response extends { readonly status: number }>(
  method: string,
  headers: Headers,
  send: (headers: Headers) => Promise<Response>,
): Promise<Response> {
  const span = tracing()?.current?.begin(`HTTP ${method}`, {
    kind: 'client',
    attributes: { 'http.request.method': method },
  });
  const traceparent = span?.traceparent ?? tracing()?.current?.traceparent;
  if (traceparent === undefined) return send(headers);
  return spanned(span, async () => {
    const response = await send({ traceparent, ...headers });
    span?.note({ 'http.response.status_code': response.status });
    return response;
  });
}
