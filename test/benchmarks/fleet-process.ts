// The simulated fleet of the benchmark, in a process of its own: its work must not count as the exporter's.
import { buildFleet, type FleetPlan } from '../../src/simulator/fleet.ts';
import { startFleet } from '../../src/simulator/server/running-fleet.ts';

/** What the benchmark sends to start a fleet. */
export interface FleetRequest {
  readonly plan: FleetPlan;
  readonly credential: { readonly user: string; readonly password: string };
}
/** What it is answered once the fleet listens. */
export interface FleetAnswer {
  /** Lines of the host list. */
  readonly given: readonly string[];
}

process.once('message', async ({ plan, credential }: FleetRequest) => {
  const fleet = await startFleet(buildFleet(plan), { credential });
  process.once('disconnect', () => void fleet.close());
  const answer: FleetAnswer = { given: fleet.hosts.map(({ given }) => given) };
  process.send?.(answer);
});
