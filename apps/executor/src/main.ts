import 'reflect-metadata';
import { runService } from '@millrace/service-kit/app';
import { readConfig } from './config.js';
import { loadLateImports } from './late-import.js';
import { MarkdownThreads } from './mail/markdown-threads.js';
import { executorService } from './service.js';

const config = readConfig();
const markdownThreads = new MarkdownThreads();
await Promise.all([loadLateImports(), markdownThreads.begin()]);
await runService(executorService(config, markdownThreads), process.argv.slice(2));
