// Runs the replay server for test programs in other languages: prints its base URL as one line of JSON, ends with its input.
import { ReplayServer } from './src/replay-server.mjs';

const server = new ReplayServer();
process.stdout.write(`${JSON.stringify({ base_url: await server.listen() })}\n`);
process.stdin.resume().once('end', () => void server.close());
