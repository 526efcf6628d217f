/** The package's types do not know this file; its main one would load the whole page into this process. */
declare module 'swagger-ui-dist/absolute-path.js' {
  /** The folder that the files of Swagger UI are in. */
  export default function absolutePath(): string;
}
