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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gssapi

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
ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">'
    "<s:Header><a:RelatesTo>{}</a:RelatesTo></s:Header><s:Body>{}</s:Body></s:Envelope>"
)
MISSING = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:DestinationUnreachable</s:Value></s:Subcode>"
    "</s:Code><s:Reason><s:Text>The class is not there.</s:Text></s:Reason><s:Detail>"
    '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2150858770"/>'
    "</s:Detail></s:Fault>"
)


class Acceptor(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    context = None

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.headers.get("Authorization"):
            self.authenticate(self.headers["Authorization"])
        elif self.context is not None and self.context.complete:
            self.converse(body)
        else:
            self.answer(401, b"", [("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", 'Basic realm="WSMAN"')])

    def authenticate(self, header):
        scheme, _, token = header.partition(" ")
        assert scheme == "Negotiate"
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
            self.answer(status, plain, [("Content-Type", "application/soap+xml;charset=UTF-8")])
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

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Acceptor)
if CERTIFICATE is not None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
sys.stdout.flush()
server.serve_forever()
