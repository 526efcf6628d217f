import { AppError, LIMITS } from '@millrace/contracts';

/** Parses an address that a user gave. Throws AppError STEP_FAILED with what is wrong, and never with a password in it. */
export function parseSafeUrl(text: string): URL {
  if (text.length > LIMITS.urlLength)
    throw unusable(`The URL is longer than ${LIMITS.urlLength} characters`, text.slice(0, 100));
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw unusable('This is no absolute URL; write one such as https://api.example.com/path', text, error);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw unusable(`Only http: and https: can be called, not ${url.protocol}`, text);
  }
  if (url.username !== '' || url.password !== '') {
    throw unusable(
      'The URL holds a user name or password; send them in an Authorization header',
      `${url.protocol}//${url.host}`,
    );
  }
  const port = url.port === '' ? null : Number(url.port);
  // Ports below 1024 belong to other protocols, which a crafted request could talk to.
  if (port !== null && port < 1_024 && port !== 80 && port !== 443) {
    throw new AppError('HTTP_ADDRESS_BLOCKED', {
      message: `Port ${port} is not one that HTTP services use: allowed are 80, 443 and those from 1024 on`,
      details: { url: withoutQuery(text), port },
    });
  }
  return url;
}

/** An address as errors and logs may show it: queries often carry keys. */
export function withoutQuery(url: string): string {
  const end = url.search(/[?#]/);
  const bare = end < 0 ? url : `${url.slice(0, end)}${url[end] === '?' ? '?…' : ''}`;
  return bare.replace(/\/\/[^/@]*@/, '//…@').slice(0, 500);
}

function unusable(message: string, url: string, cause?: unknown): AppError {
  return new AppError('STEP_FAILED', {
    message: `${message} (${withoutQuery(url)})`,
    details: { url: withoutQuery(url) },
    cause,
  });
}
