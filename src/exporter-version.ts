import { createRequire } from 'node:module';

/** As `package.json` has it, which lies one folder above this file both before and after the build. */
export const exporterVersion: string = createRequire(import.meta.url)('../package.json').version;
