import type { RunDefaults } from '../inventory/run-request.ts';
import type { Settings } from './settings.ts';

/** What the settings decide about every run that does not ask for something else. */
export function runDefaultsOf(settings: Settings): RunDefaults {
  const { hosts, caFile, authentication, channelBinding, via, coverageThreshold, allowPartialOk } = settings;
  return { hosts, caFile, options: { authentication, channelBinding, via, coverageThreshold, allowPartialOk } };
}
