/** How a simulated host departs from a healthy one. What a record leaves out is healthy; the servers read nothing else. */
export interface Behaviour {
  /** What a newcomer sees, for the README's table. */
  readonly meaning: string;
  /** At the port: `refuses` connections, or takes them and is `silent`. */
  readonly port?: 'refuses' | 'silent';
  /** Which log-ons it accepts: `none`: it does not know the fleet's account. */
  readonly account?: 'unknown';
  /** Hyper-V on it. `hidden`: the account sees empty lists and no cluster; `stopped`: vmms does not run. */
  readonly hyperV?: 'notInstalled' | 'hidden' | 'stopped';
  /** Its connections: the first collection's answer is cut off mid-way, and its shells are gone. */
  readonly connection?: 'dropsOnce';
  /** The collector script's output ends in the middle of a frame, at every attempt. */
  readonly output?: 'cutMidFrame';
  /** How many times as long as others it takes for a fact. */
  readonly slowness?: number;
  /** Its VMs: `none`, or one leaves between the first and the last baseline. */
  readonly vms?: 'none' | 'oneLeaves';
  /** The entry is a second name of another entry's machine. */
  readonly secondName?: true;
  /** Keys of its setting data do not follow the known grammar. */
  readonly keys?: 'strange';
}
