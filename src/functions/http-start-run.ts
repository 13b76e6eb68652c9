import { longestBody } from '../api/run-body.ts';
import { startRun } from '../api/start-run.ts';
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
        const body = await textUpTo(longestBody, request);
        return await startRun({ url: request.url, contentType: request.headers.get('content-type'), body }, ...rest);
      },
    },
    services,
  );
