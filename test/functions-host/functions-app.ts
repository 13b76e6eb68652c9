import { createEmbeddedHost, type EmbeddedHost, type EmbeddedHostOptions } from '../../src/embedded/embedded-host.ts';
import { type HttpServerOptions, startHttpServer } from './http-server.ts';
import { type ManagementServer, startManagementServer } from './management-server.ts';

/** A whole Functions app in this process: its functions, its HTTP triggers, and what DurableClient talks to. */
export interface FunctionsApp {
  /** Without a slash at its end; functions lie below `/api`. */
  readonly url: string;
  readonly host: EmbeddedHost;
  /** Lets a timer's time come now. Rejects with what the function threw. */
  fireTimer(name: string): Promise<void>;
  /** Takes no more calls; what is under way in the host goes on. */
  close(): Promise<void>;
}

/** Starts the app that `register` registers. */
export async function startFunctionsApp(
  options: Omit<EmbeddedHostOptions, 'clientData'> & HttpServerOptions,
): Promise<FunctionsApp> {
  let management: ManagementServer | undefined;
  const host = createEmbeddedHost({ ...options, clientData: () => management?.clientData() });
  management = await startManagementServer(host);
  const http = await startHttpServer(host, options);
  return {
    url: http.url,
    host,
    fireTimer: async (name) => {
      const now = new Date().toISOString();
      await host.invoke(name, {
        isPastDue: false,
        schedule: { adjustForDST: true },
        scheduleStatus: { last: now, next: now, lastUpdated: now },
      });
    },
    close: async () => {
      await http.close();
      await management.close();
    },
  };
}
