import { registerHttp } from './http-function.ts';
import type { ServicesSource } from './services-source.ts';

/** `GET /api/runs/{runId}/files/{*name}` */
export const registerRunFiles = (services: ServicesSource): void =>
  registerHttp(
    {
      name: 'runFiles',
      methods: ['GET', 'HEAD'],
      route: 'runs/{runId}/files/{*name}',
      call: async ({ url, method, params: { runId = '', name = '' } }, services) => {
        const { runFile } = await import('../api/run-files.ts');
        return await runFile({ url, method, runId, name }, services);
      },
    },
    services,
  );
