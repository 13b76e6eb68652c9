"""What hosts on loopback that accept logons through a GSS library have in common.

Independent of the code under test. A host prints its port as its first line.
"""

import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">'
    "<s:Header><a:RelatesTo>{}</a:RelatesTo></s:Header><s:Body>{}</s:Body></s:Envelope>"
)
SOAP = [("Content-Type", "application/soap+xml;charset=UTF-8")]


class GssHost(BaseHTTPRequestHandler):
    """A connection: `authenticate` takes its tokens, and `converse` its messages once `is_known` says so."""

    protocol_version = "HTTP/1.1"
    offers = [("WWW-Authenticate", "Negotiate")]

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.headers.get("Authorization"):
            scheme, _, token = self.headers["Authorization"].partition(" ")
            assert scheme == "Negotiate"
            self.authenticate(token)
        elif self.is_known():
            self.converse(body)
        else:
            self.answer(401, b"", self.offers)

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(host, certificate=None, key=None):
    """Listens on loopback until the process is ended; over TLS with a certificate (PEM; its key may be in the file)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), host)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()
