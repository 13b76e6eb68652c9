"""An HTTP server on loopback that accepts NTLM through gss-ntlmssp and seals its answers with it.

Independent of the code under test: it knows the multipart form and answers Enumerate; everything cryptographic is the
GSS library's. Prints its port as the first line, and one line per message that it unsealed.

With arguments (a file with certificate and key in PEM, and the name of the hash of its signature) it speaks TLS, wants
the logon bound to that certificate (tls-server-end-point, made here by Python alone), and messages are not sealed.
"""

import hashlib
import re
import ssl
import struct
import sys
from base64 import b64decode, b64encode

import gssapi

from gss_host import ENVELOPE, SOAP, GssHost, serve

CERTIFICATE, HASH = (sys.argv + [None, None])[1:3]
BINDINGS = None
if CERTIFICATE is not None:
    with open(CERTIFICATE, encoding="ascii") as file:
        pem = re.search("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", file.read(), re.DOTALL).group(0)
    digest = hashlib.new(HASH, ssl.PEM_cert_to_DER_cert(pem)).digest()
    BINDINGS = gssapi.raw.ChannelBindings(application_data=b"tls-server-end-point:" + digest)
CLOSING = b"--Encrypted Boundary--"
MARKER = b"application/octet-stream\r\n"
CONTENT_TYPE = (
    'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
)
MISSING = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:DestinationUnreachable</s:Value></s:Subcode>"
    "</s:Code><s:Reason><s:Text>The class is not there.</s:Text></s:Reason><s:Detail>"
    '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2150858770"/>'
    "</s:Detail></s:Fault>"
)


class Acceptor(GssHost):
    offers = [("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", 'Basic realm="WSMAN"')]
    context = None

    def is_known(self):
        return self.context is not None and self.context.complete

    def authenticate(self, token):
        try:
            if self.context is None:
                self.context = gssapi.SecurityContext(usage="accept", channel_bindings=BINDINGS)
            reply = self.context.step(b64decode(token))
        except gssapi.exceptions.GSSError:
            self.context = None
            self.answer(401, b"", [("WWW-Authenticate", "Negotiate")])
            return
        if self.context.complete:
            print("user", self.context.initiator_name, flush=True)
            self.answer(200, b"", [])
        else:
            # Several lines, the challenge not on the first, as Windows may have it.
            challenge = "Negotiate " + b64encode(reply).decode()
            self.answer(401, b"", [("WWW-Authenticate", 'Basic realm="WSMAN"'), ("WWW-Authenticate", challenge)])

    def converse(self, body):
        if BINDINGS is not None:
            soap = body.decode()
            message_id = re.search(r"<a:MessageID>(.*?)</a:MessageID>", soap).group(1)
            status, content = self.content(soap)
            plain = ENVELOPE.format(message_id, content).encode()
            self.answer(status, plain, SOAP)
            return
        start = body.index(MARKER) + len(MARKER)
        end = body.rindex(CLOSING)
        (length,) = struct.unpack_from("<I", body, start)
        assert length == 16
        unsealed = self.context.unwrap(body[start + 4 : end])
        assert unsealed.encrypted
        soap = unsealed.message.decode()
        print("unsealed", len(soap), flush=True)
        message_id = re.search(r"<a:MessageID>(.*?)</a:MessageID>", soap).group(1)
        status, content = self.content(soap)
        self.seal(status, ENVELOPE.format(message_id, content).encode())

    def content(self, soap):
        if "Win32_Missing" in soap:
            return 500, MISSING
        if "Win32_Echo" in soap:
            word = re.search(r"where (.*?)</w:Filter>", soap).group(1)
            item = "<w:XmlFragment><Word>%s</Word></w:XmlFragment>" % word
            return 200, "<n:EnumerateResponse><w:Items>%s</w:Items><w:EndOfSequence/></n:EnumerateResponse>" % item
        # Many large pages: the key streams and the counters must stay in step.
        page = re.search(r"EnumerationContext>(\d+)<", soap)
        number = int(page.group(1)) + 1 if page else 1
        items = "<w:XmlFragment><Page>%d</Page><Text>%s</Text></w:XmlFragment>" % (number, "é" * 100000)
        if page is None:
            return 200, (
                "<n:EnumerateResponse><n:EnumerationContext>1</n:EnumerationContext>"
                "<w:Items>%s</w:Items></n:EnumerateResponse>" % items
            )
        ending = "<n:EndOfSequence/>" if number == 5 else "<n:EnumerationContext>%d</n:EnumerationContext>" % number
        return 200, "<n:PullResponse><n:Items>%s</n:Items>%s</n:PullResponse>" % (items, ending)

    def seal(self, status, plain):
        wrapped = self.context.wrap(plain, True)
        assert wrapped.encrypted
        head = (
            "--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
            "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n"
            "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n" % len(plain)
        ).encode()
        body = head + struct.pack("<I", 16) + wrapped.message + CLOSING + b"\r\n"
        self.answer(status, body, [("Content-Type", CONTENT_TYPE)])


serve(Acceptor, CERTIFICATE)
