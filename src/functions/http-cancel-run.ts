import { cancelRun } from '../api/cancel-run.ts';
import { registerHttp } from './http-function.ts';
import type { ServicesSource } from './services-source.ts';

/** `POST /api/runs/{runId}/cancel` */
export const registerCancelRun = (services: ServicesSource): void =>
  registerHttp(
    {
      name: 'cancelRun',
      methods: ['POST'],
      route: 'runs/{runId}/cancel',
      call: ({ url, params: { runId = '' } }, ...rest) => cancelRun({ url, runId }, ...rest),
    },
    services,
  );
