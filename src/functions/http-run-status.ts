import { runStatus } from '../api/run-status.ts';
import { registerHttp } from './http-function.ts';
import type { ServicesSource } from './services-source.ts';

/** `GET /api/runs/{runId}` */
export const registerRunStatus = (services: ServicesSource): void =>
  registerHttp(
    {
      name: 'runStatus',
      methods: ['GET'],
      route: 'runs/{runId}',
      call: ({ url, params: { runId = '' } }, ...rest) => runStatus({ url, runId }, ...rest),
    },
    services,
  );
