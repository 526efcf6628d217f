/** The media types of YAML (RFC 9512): the first one is its name, the others are what it was called before it had one. */
export const YAML_TYPES: readonly [string, ...string[]] = [
  'application/yaml',
  'application/x-yaml',
  'text/yaml',
  'text/x-yaml',
];
