import { runFile } from '../api/run-files.ts';
import { registerHttp } from './http-function.ts';
import type { ServicesSource } from './services-source.ts';

/** `GET /api/runs/{runId}/files/{*name}` */
export const registerRunFiles = (services: ServicesSource): void =>
  registerHttp(
    {
      name: 'runFiles',
      methods: ['GET', 'HEAD'],
      route: 'runs/{runId}/files/{*name}',
      call: ({ url, method, params: { runId = '', name = '' } }, ready) => runFile({ url, method, runId, name }, ready),
    },
    services,
  );
