// The last part of building a service: node ../../packages/bundle/src/bundle-service.mjs, in its folder.
import { bundle } from './bundle.mjs';

await bundle(process.cwd());
