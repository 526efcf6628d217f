let lastUrl = '';
let lastOrigin: string | undefined;

/** Scheme, host and port of an address; undefined for what is none. Each call asks for the same address several times, and most steps always call the same one. */
export function originOf(url: string): string | undefined {
  if (url !== lastUrl) {
    lastOrigin = URL.canParse(url) ? new URL(url).origin : undefined;
    lastUrl = url;
  }
  return lastOrigin;
}
