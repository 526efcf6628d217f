/** The environment of whoever runs one of these programs, which other programs are started with. */
export const ENVIRONMENT: Readonly<NodeJS.ProcessEnv> = process.env;
