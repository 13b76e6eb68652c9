import { registerHttp } from './http-function.ts';
import type { ServicesSource } from './services-source.ts';

/** `GET /api/runs?top=&before=` */
export const registerListRuns = (services: ServicesSource): void =>
  registerHttp(
    {
      name: 'listRuns',
      methods: ['GET'],
      route: 'runs',
      call: async ({ url, query }, services) => {
        const { listRuns } = await import('../api/list-runs.ts');
        return await listRuns({ url, top: query.get('top'), before: query.get('before') }, services);
      },
    },
    services,
  );
