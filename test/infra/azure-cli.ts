/**
 * Options of the Azure CLI's commands that guides and scripts here use, out of the command tables and parameter
 * definitions of its version 2.45 (Debian's package, too large to be installed for a test). `bicep build-params`,
 * `bicep lint` and `monitor app-insights query` are not in that version or no part of it: these are as Microsoft's reference
 * and public scripts have them. `--query` and `--output` go with every command.
 */
const known: Readonly<Record<string, readonly string[]>> = {
  'bicep build-params': ['--file', '--stdout'],
  'bicep install': ['--version'],
  'bicep lint': ['--file'],
  'deployment group create': ['--name', '--parameters', '--resource-group'],
  'deployment group show': ['--name', '--resource-group'],
  'deployment group what-if': ['--name', '--parameters', '--resource-group'],
  'functionapp config appsettings set': ['--name', '--resource-group', '--settings'],
  'functionapp deployment source config-zip': ['--name', '--resource-group', '--src'],
  'functionapp function list': ['--name', '--resource-group'],
  'functionapp hybrid-connection remove': ['--hybrid-connection', '--name', '--namespace', '--resource-group'],
  'functionapp keys list': ['--name', '--resource-group'],
  'functionapp keys set': ['--key-name', '--key-type', '--key-value', '--name', '--resource-group'],
  'functionapp restart': ['--name', '--resource-group'],
  'group create': ['--location', '--name'],
  'group delete': ['--name'],
  'keyvault recover': ['--name'],
  'keyvault secret recover': ['--name', '--vault-name'],
  'keyvault secret set': ['--encoding', '--file', '--name', '--value', '--vault-name'],
  login: [],
  'monitor app-insights query': ['--analytics-query', '--app', '--resource-group'],
  'network vnet create': ['--address-prefixes', '--name', '--resource-group'],
  'network vnet subnet create': ['--address-prefixes', '--delegations', '--name', '--resource-group', '--vnet-name'],
  'network vnet subnet show': ['--name', '--resource-group', '--vnet-name'],
  'relay hyco authorization-rule keys list': [
    ...['--hybrid-connection-name', '--name', '--namespace-name', '--resource-group'],
  ],
  'relay hyco delete': ['--name', '--namespace-name', '--resource-group'],
  'storage blob download': ['--account-name', '--auth-mode', '--container-name', '--file', '--name'],
  'storage blob download-batch': ['--account-name', '--auth-mode', '--destination', '--pattern', '--source'],
  'storage blob upload': ['--account-name', '--auth-mode', '--container-name', '--file', '--name', '--overwrite'],
  'storage container list': ['--account-name', '--auth-mode', '--include-deleted'],
  'storage container restore': ['--account-name', '--auth-mode', '--deleted-version', '--name'],
};

/** Every call of the Azure CLI in a text, from `az` to the end of its line or code. */
export const azureCalls = (text: string): readonly string[] =>
  [...text.replaceAll(/\\\n\s*/g, '').matchAll(/(?<=^|[`(| ])az ([a-z][^`|)]*)/gm)].map(([, call = '']) =>
    (call.split('\n')[0] ?? '').trim().replace(/\.$/, ''),
  );

/** What is not known of a call, by its command or its options; nothing, where all is well. */
export function unknownIn(call: string): readonly string[] {
  const words = call.split(/\s+/);
  const end = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  const command = words.slice(0, end < 0 ? undefined : end).join(' ');
  const options = known[command];
  if (options === undefined) return [command];
  const given = call.replaceAll(/"[^"]*"|'[^']*'/g, '').match(/(?<=\s)--[a-z-]+/g) ?? [];
  return given.filter((option) => ![...options, '--query', '--output'].includes(option));
}
