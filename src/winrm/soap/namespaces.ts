/** XML namespaces, actions and resources of WS-Management as Windows speaks it (MS-WSMV 2.2). */
export const namespaces = {
  s: 'http://www.w3.org/2003/05/soap-envelope',
  a: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  w: 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd',
  p: 'http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd',
  n: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration',
  rsp: 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
  wsmid: 'http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd',
} as const;

export const anonymousRole = 'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous';
export const wqlDialect = 'http://schemas.microsoft.com/wbem/wsman/1/WQL';
export const shellResource = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd';
export const shellsResource = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell';
export const terminateSignal = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/terminate';

export const actions = {
  create: 'http://schemas.xmlsoap.org/ws/2004/09/transfer/Create',
  get: 'http://schemas.xmlsoap.org/ws/2004/09/transfer/Get',
  delete: 'http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete',
  enumerate: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate',
  pull: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull',
  release: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/Release',
  command: 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command',
  send: 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Send',
  receive: 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive',
  signal: 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Signal',
} as const;

/** The resource URI of a class, or of a whole namespace with `*`; `namespace` with forward slashes. */
export const cimResource = (namespace: string, className: string): string =>
  `http://schemas.microsoft.com/wbem/wsman/1/wmi/${namespace}/${className}`;
