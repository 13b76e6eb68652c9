import type { GuestSighting, GuestSubject } from '../inventory/guests.ts';
import { textOf } from './cell-values.ts';
import type { HostFacts } from './collector.ts';
import { guestOsOf } from './guest-os.ts';
import { primaryIpv4 } from './ip-addresses.ts';
import { type HostView, type VirtualMachine, viewHost } from './joins/host-view.ts';

/** What running guests of a host tell of themselves, and whose guest cannot tell anything. */
export interface GuestsOfHost {
  readonly fqdn: string;
  readonly subjects: readonly GuestSubject[];
  readonly sightings: readonly GuestSighting[];
}

/** By adapter, as the guest reports them to the host; else by Data Exchange, where they are one list. */
function liveAddress({ adapters, guest }: VirtualMachine): string | null {
  const byAdapter = (adapters ?? []).flatMap((adapter) => adapter.ipAddresses ?? []);
  const byGuest = (guest?.get('NetworkAddressIPv4') ?? '').split(';').map((text) => text.trim());
  return primaryIpv4(byAdapter) ?? primaryIpv4(byGuest) ?? null;
}

const liveName = ({ guest }: VirtualMachine): string | null => textOf(guest?.get('FullyQualifiedDomainName'));

/** What was stated, else what the guest tells now, else what is known of the last time. */
export const primaryAddress = (vm: VirtualMachine): string | null =>
  vm.told?.stated?.ip ?? liveAddress(vm) ?? vm.told?.lastSeen?.ip ?? null;

/** The same of its name in DNS. */
export const dnsNameOf = (vm: VirtualMachine): string | null =>
  vm.told?.stated?.dnsName ?? liveName(vm) ?? vm.told?.lastSeen?.dnsName ?? null;

/** Within a cluster a VM keeps its id on any node; else the id means this VM on its host only. */
const placeOf = ({ cluster, identity }: HostView): string =>
  cluster.kind === 'member' ? cluster.fqdn : (identity.smbiosUuid ?? identity.fqdn);

/** Longest text that is remembered of a guest, in characters: it may say anything. */
const longestText = 1_024;

/** Reads from a host's facts whose guest told what. */
export function guestsOf(host: HostFacts): GuestsOfHost {
  const view = viewHost(host);
  const place = placeOf(view);
  return {
    fqdn: view.identity.fqdn,
    subjects: view.machines.map((vm) => ({
      vmId: vm.id,
      vmName: vm.name,
      place,
      isOff: !vm.live,
      isSilent: vm.live && guestOsOf(vm.guest) === undefined,
      address: vm.live ? liveAddress(vm) : null,
    })),
    sightings: view.machines.flatMap((vm): GuestSighting[] => {
      // What stays behind of a guest that is off was not told now.
      const os = vm.live ? guestOsOf(vm.guest) : undefined;
      if (os === undefined) return [];
      const { name, version, majorVersion, build, architecture } = os;
      const cut = (text: string): string => text.slice(0, longestText);
      return [
        {
          vmId: vm.id,
          place,
          seenAt: host.collectedAt,
          os: {
            name: cut(name),
            version: cut(version),
            majorVersion: cut(majorVersion),
            build: cut(build),
            architecture: cut(architecture),
          },
          dnsName: liveName(vm)?.slice(0, longestText) ?? null,
          ip: liveAddress(vm),
        },
      ];
    }),
  };
}
