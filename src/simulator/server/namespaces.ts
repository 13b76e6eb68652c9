/** The XML namespaces of WS-Management, under the names used here. */
export const namespaces = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  addressing: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  wsman: 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd',
  microsoft: 'http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd',
  fault: 'http://schemas.microsoft.com/wbem/wsman/1/wsmanfault',
  enumeration: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration',
  transfer: 'http://schemas.xmlsoap.org/ws/2004/09/transfer',
  shell: 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell',
  identity: 'http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd',
  schemaInstance: 'http://www.w3.org/2001/XMLSchema-instance',
  cim: 'http://schemas.dmtf.org/wbem/wscim/1/common',
  xml: 'http://www.w3.org/XML/1998/namespace',
} as const;

/** Resource URIs of CIM classes start with this, then namespace, then class. */
export const wmiResourcePrefix = 'http://schemas.microsoft.com/wbem/wsman/1/wmi/';
export const shellResource = namespaces.shell;
export const commandShellResource = `${namespaces.shell}/cmd`;
export const anonymousAddress = `${namespaces.addressing}/role/anonymous`;
