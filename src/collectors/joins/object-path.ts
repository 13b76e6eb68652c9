/** A CIM object path, as `Parent` and `HostResource` hold it. */
export interface ObjectPath {
  readonly className: string;
  /** Key values by key name in lower case, backslashes single. */
  readonly keys: Readonly<Record<string, string>>;
}

/**
 * Reads an object path in any of the forms in which it is met: with or without `\\HOST\` and namespace, backslashes in
 * key values single, doubled or doubled again, quotes plain or escaped. Key values in Hyper-V's namespace never hold
 * two backslashes in a row, so runs of them mean one. Undefined where the text is no path of an Msvm class.
 */
export function parseObjectPath(text: string | null | undefined): ObjectPath | undefined {
  // The expressions look at no place twice (anchors, look-behinds): a path may be as long as an answer.
  const unescaped = text?.replace(/(?<!\\)\\+"/g, '"') ?? '';
  const [, className, keyText] = /^(?:.*:)?(Msvm_\w+)\.(.*)$/is.exec(unescaped) ?? [];
  if (className === undefined || keyText === undefined) return undefined;
  const keys = [...keyText.matchAll(/(?<!\w)(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name.toLowerCase(),
    value.replace(/\\+/g, '\\'),
  ]);
  return { className, keys: Object.fromEntries(keys) };
}
