import { registerHttp } from './http-function.ts';
import type { ServicesSource } from './services-source.ts';

/** `POST /api/runs/{runId}/cancel` */
export const registerCancelRun = (services: ServicesSource): void =>
  registerHttp(
    {
      name: 'cancelRun',
      methods: ['POST'],
      route: 'runs/{runId}/cancel',
      call: async ({ url, params: { runId = '' } }, ...rest) => {
        const { cancelRun } = await import('../api/cancel-run.ts');
        return await cancelRun({ url, runId }, ...rest);
      },
    },
    services,
  );
