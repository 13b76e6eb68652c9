import type { RawSettings } from './settings.ts';

/**
 * The environment of this process, in Azure the app's settings with it. The one place that reads it: what it may hold
 * for us stands in `setting-table.ts`.
 */
export const environment: RawSettings = process.env;
