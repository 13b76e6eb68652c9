import { registerHttp } from './http-function.ts';
import type { ServicesSource } from './services-source.ts';

/** `GET /api/runs/{runId}` */
export const registerRunStatus = (services: ServicesSource): void =>
  registerHttp(
    {
      name: 'runStatus',
      methods: ['GET'],
      route: 'runs/{runId}',
      call: async ({ url, params: { runId = '' } }, ...rest) => {
        const { runStatus } = await import('../api/run-status.ts');
        return await runStatus({ url, runId }, ...rest);
      },
    },
    services,
  );
