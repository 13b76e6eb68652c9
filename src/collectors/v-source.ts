import { hostCollector, hostColumnFacts } from './per-host.ts';
import { type HostSubject, isSpeaker, sdkColumns } from './vm-columns.ts';

/** The first two numbers of a version. */
const majorMinor = (version: string | null): string | null => /^\d+\.\d+/.exec(version ?? '')?.[0] ?? null;

/** `Microsoft Windows Server 2022 Datacenter 10.0.20348 build-20348`. */
function fullName({ host: { identity } }: HostSubject): string | null {
  const { caption, version, build } = identity.product;
  if (caption === null || version === null) return null;
  return `${caption.trim()} ${version}${build === null ? '' : ` build-${build}`}`;
}

/** vSource: what was inventoried: one row per cluster, and per host outside a cluster. */
export const vSource = hostCollector<HostSubject>({
  tab: 'vSource',
  requires: ['operatingSystem'],
  optional: [...hostColumnFacts, 'windowsVersion'],
  // Of a cluster's nodes one speaks for all.
  subjects: (source) => (isSpeaker(source) ? [source] : []),
  columns: {
    Name: () => 'Microsoft Hyper-V',
    'OS type': () => 'win32-x64',
    'API type': ({ host }) => (host.cluster.kind === 'member' ? 'VirtualCenter' : 'HostAgent'),
    'API version': ({ host }) => host.identity.product.version,
    Version: ({ host }) => host.identity.product.version,
    'Patch level': ({ host }) => host.identity.product.revision,
    Build: ({ host }) => host.identity.product.build,
    Fullname: fullName,
    'Product name': ({ host }) => host.identity.product.caption,
    'Product version': ({ host }) => majorMinor(host.identity.product.version),
    'Product line': () => 'hyperv',
    Vendor: () => 'Microsoft Corporation',
    ...sdkColumns,
  },
});
