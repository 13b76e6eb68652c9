"""An HTTPS server on loopback that accepts Kerberos tickets through MIT's GSSAPI and answers Enumerate in the clear.

Independent of the code under test. Arguments: certificate and key (PEM). The service's key comes from KRB5_KTNAME.
Prints its port as the first line, then the principal of every logon.
"""

import re
import sys
from base64 import b64decode, b64encode

import gssapi

from gss_host import ENVELOPE, SOAP, GssHost, serve

PAGE = (
    "<n:EnumerateResponse><w:Items><w:XmlFragment><Name>{}</Name></w:XmlFragment></w:Items><w:EndOfSequence/>"
    "</n:EnumerateResponse>"
)


class Acceptor(GssHost):
    offers = [("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "Kerberos")]
    # Of the connection: a ticket authenticates all that follows on it.
    user = None

    def is_known(self):
        return self.user is not None

    def converse(self, body):
        message_id = re.search(r"<a:MessageID>(.*?)</a:MessageID>", body.decode()).group(1)
        self.answer(200, ENVELOPE.format(message_id, PAGE.format(self.user)).encode(), SOAP)

    def authenticate(self, token):
        reply = None
        try:
            context = gssapi.SecurityContext(usage="accept")
            # A failure that has a token for the client is raised by the next look at the context.
            reply = context.step(b64decode(token))
            assert context.complete
        except gssapi.exceptions.GSSError as error:
            print("refused", str(error).replace("\n", " "), flush=True)
            told = [("WWW-Authenticate", "Negotiate " + b64encode(reply).decode())] if reply else []
            self.answer(401, b"", told or self.offers)
            return
        self.user = str(context.initiator_name)
        print("user", self.user, flush=True)
        self.answer(200, b"", [("WWW-Authenticate", "Negotiate " + b64encode(reply).decode())])


serve(Acceptor, sys.argv[1], sys.argv[2])
