"""Drives a WinRM server with pywinrm. In: JSON on stdin {url, user, password, transport}. Out: JSON on stdout."""
import json
import sys
import uuid
from xml.etree import ElementTree

from winrm.exceptions import InvalidCredentialsError, WinRMTransportError
from winrm.protocol import Protocol

ENUMERATE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
 xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"><s:Header><a:To>http://host:5985/wsman</a:To>
<w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/*</w:ResourceURI>
<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>
<a:Action>http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate</a:Action>
<a:MessageID>uuid:{id}</a:MessageID></s:Header><s:Body><n:Enumerate><w:OptimizeEnumeration/>
<w:MaxElements>100</w:MaxElements><w:Filter Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">select Name from
 Msvm_ComputerSystem where EnabledState = 3</w:Filter></n:Enumerate></s:Body></s:Envelope>"""

IDENTIFY = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Header/>
<s:Body><wsmid:Identify/></s:Body></s:Envelope>"""


def texts(answer, name):
    root = ElementTree.fromstring(answer)
    return [element.text for element in root.iter() if element.tag.split('}')[-1] == name]


def drive(asked):
    protocol = Protocol(
        endpoint=asked['url'] + '/wsman',
        transport=asked['transport'],
        username=asked['user'],
        password=asked['password'],
        message_encryption='always' if asked['transport'] == 'ntlm' else 'never',
    )
    try:
        shell = protocol.open_shell()
    except (InvalidCredentialsError, WinRMTransportError) as error:
        return {'refused': type(error).__name__}
    command = protocol.run_command(shell, 'hostname')
    stdout, stderr, code = protocol.get_command_output(shell, command)
    protocol.cleanup_command(shell, command)
    unknown = protocol.run_command(shell, 'frobnicate', ['a & b', '"c"'])
    _, complaint, failed = protocol.get_command_output(shell, unknown)
    protocol.cleanup_command(shell, unknown)
    protocol.close_shell(shell)
    return {
        'stdout': stdout.decode('utf-8'),
        'stderr': stderr.decode('utf-8'),
        'code': code,
        'complaint': complaint.decode('utf-8'),
        'failed': failed,
        'names': texts(protocol.transport.send_message(ENUMERATE.replace('{id}', str(uuid.uuid4()))), 'Name'),
        'version': texts(protocol.transport.send_message(IDENTIFY), 'ProductVersion'),
    }


json.dump(drive(json.load(sys.stdin)), sys.stdout)
