"""An HTTPS server on loopback that accepts Kerberos tickets through MIT's GSSAPI and answers Enumerate in the clear.

Independent of the code under test. Arguments: certificate and key (PEM). The service's key comes from KRB5_KTNAME.
Prints its port as the first line, then the principal of every logon.
"""

import re
import ssl
import sys
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gssapi

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">'
    "<s:Header><a:RelatesTo>{}</a:RelatesTo></s:Header><s:Body><n:EnumerateResponse>"
    "<w:Items><w:XmlFragment><Name>{}</Name></w:XmlFragment></w:Items><w:EndOfSequence/>"
    "</n:EnumerateResponse></s:Body></s:Envelope>"
)
OFFERS = [("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "Kerberos")]


class Acceptor(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Of the connection: a ticket authenticates all that follows on it.
    user = None

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.headers.get("Authorization"):
            self.authenticate(self.headers["Authorization"])
        elif self.user is not None:
            message_id = re.search(r"<a:MessageID>(.*?)</a:MessageID>", body.decode()).group(1)
            self.answer(200, ENVELOPE.format(message_id, self.user).encode(), [])
        else:
            self.answer(401, b"", OFFERS)

    def authenticate(self, header):
        scheme, _, token = header.partition(" ")
        assert scheme == "Negotiate"
        reply = None
        try:
            context = gssapi.SecurityContext(usage="accept")
            # A failure that has a token for the client is raised by the next look at the context.
            reply = context.step(b64decode(token))
            assert context.complete
        except gssapi.exceptions.GSSError as error:
            print("refused", str(error).replace("\n", " "), flush=True)
            told = [("WWW-Authenticate", "Negotiate " + b64encode(reply).decode())] if reply else []
            self.answer(401, b"", told or OFFERS)
            return
        self.user = str(context.initiator_name)
        print("user", self.user, flush=True)
        self.answer(200, b"", [("WWW-Authenticate", "Negotiate " + b64encode(reply).decode())])

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Acceptor)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
