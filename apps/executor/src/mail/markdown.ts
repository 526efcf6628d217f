import type MarkdownIt from 'markdown-it';
import type sanitizeHtml from 'sanitize-html';
import { lateImport } from '../late-import.js';

const markdownIt = lateImport(() => import('markdown-it') as Promise<{ default: typeof MarkdownIt }>);
const sanitizer = lateImport(() => import('sanitize-html') as Promise<{ default: typeof sanitizeHtml }>);

type Render = (markdown: string) => string;

let render: Promise<Render> | undefined;

/** What Markdown can make, and nothing that a mail reader runs or loads by itself but images over HTTPS. */
const SANITISED: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'blockquote', 'pre', 'code', 'ul', 'ol', 'li'],
    ...['strong', 'em', 's', 'a', 'img', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: {
    a: ['href', 'title'],
    img: ['src', 'alt', 'title'],
    ol: ['start'],
    th: ['style'],
    td: ['style'],
  },
  allowedStyles: { '*': { 'text-align': [/^(?:left|right|center)$/] } },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['https'] },
  allowProtocolRelative: false,
};

/** Safe HTML of a Markdown text: HTML in it is text, and a link leads to `http`, `https` or `mailto`. */
export async function htmlOfMarkdown(markdown: string): Promise<string> {
  render ??= loadRender();
  return (await render)(markdown);
}

async function loadRender(): Promise<Render> {
  const [{ default: Markdown }, { default: sanitize }] = await Promise.all([markdownIt(), sanitizer()]);
  const parser = new Markdown({ html: false, linkify: true });
  return (markdown) => sanitize(parser.render(markdown), SANITISED);
}
