/**
 * The body of a question as Mistral's API takes it, by one of OpenAI's form: that has a PDF as `file`, Mistral's has an address, which may be that of the content itself.
 */
export function mistralBody(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { messages } = body;
  return { ...body, messages: Array.isArray(messages) ? messages.map(messageOf) : messages };
}

function messageOf(message: { readonly content?: unknown }): unknown {
  const { content } = message;
  return Array.isArray(content) ? { ...message, content: content.map(partOf) } : message;
}

function partOf(part: { readonly type?: unknown; readonly file?: { readonly file_data?: unknown } }): unknown {
  return part.type === 'file' ? { type: 'document_url', document_url: part.file?.file_data } : part;
}
