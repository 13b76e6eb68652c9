import { registerHttp } from './http-function.ts';
import { textUpTo } from './request-body.ts';
import type { ServicesSource } from './services-source.ts';

/** `POST /api/runs` */
export const registerStartRun = (services: ServicesSource): void =>
  registerHttp(
    {
      name: 'startRun',
      methods: ['POST'],
      route: 'runs',
      call: async (request, ...rest) => {
        const [{ startRun }, { longestBody }] = await Promise.all([
          import('../api/start-run.ts'),
          import('../api/run-body.ts'),
        ]);
        const body = await textUpTo(longestBody, request);
        return await startRun({ url: request.url, contentType: request.headers.get('content-type'), body }, ...rest);
      },
    },
    services,
  );
