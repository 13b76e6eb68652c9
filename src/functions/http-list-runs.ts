import { listRuns } from '../api/list-runs.ts';
import { registerHttp } from './http-function.ts';
import type { ServicesSource } from './services-source.ts';

/** `GET /api/runs?top=&before=` */
export const registerListRuns = (services: ServicesSource): void =>
  registerHttp(
    {
      name: 'listRuns',
      methods: ['GET'],
      route: 'runs',
      call: ({ url, query }, ready) => listRuns({ url, top: query.get('top'), before: query.get('before') }, ready),
    },
    services,
  );
