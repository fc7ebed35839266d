"""slixmpp, a Python library, as a program: TCP with STARTTLS and direct TLS. It takes commands as lines
of JSON and tells what it sees in the same way; the other end is ../client.ts."""

import asyncio
import json
import logging
import os
import sys
from urllib.parse import urlsplit

from slixmpp import ClientXMPP

logging.basicConfig(level=logging.ERROR, stream=sys.stderr)


def say(line):
    print(json.dumps(line), flush=True)


def saw(kind, **facts):
    say({"saw": {"kind": kind, **{name: value for name, value in facts.items() if value}}})


class Client(ClientXMPP):
    def __init__(self, login):
        super().__init__(f"{login['username']}@localhost/{login['resource']}", login["password"])
        self.service = urlsplit(login["service"])
        self.ca_certs = os.environ["SSL_CERT_FILE"]
        # Requests are the test's to answer.
        self.auto_authorize = self.auto_subscribe = None
        self.register_plugin("xep_0203")
        self.add_event_handler("message", self.tell_message)
        self.add_event_handler("presence", lambda presence: saw("presence", **{"from": str(presence["from"]), "type": kind_of(presence)}))
        self.add_event_handler("roster_update", self.tell_push)

    async def enter(self):
        started = asyncio.get_running_loop().create_future()
        self.add_event_handler("session_start", lambda _: started.set_result(None), disposable=True)
        # A number: for a name it would look up the port, too. The certificate is checked for the domain.
        self.connect(("127.0.0.1", self.service.port), use_ssl=self.service.scheme == "xmpps")
        await started
        return {"jid": str(self.boundjid), "mechanism": self["feature_mechanisms"].mech.name}

    def tell_message(self, message):
        delay = message.xml.find("{urn:xmpp:delay}delay")
        saw("message", **{"from": str(message["from"]), "body": message["body"], "delay": None if delay is None else delay.get("stamp")})

    def tell_push(self, iq):
        if iq["type"] != "set":
            return
        for jid, item in iq["roster"]["items"].items():
            saw("push", jid=str(jid), name=item["name"], subscription=item["subscription"])


def kind_of(presence):
    return presence.xml.get("type") or "available"


class Commands:
    client = None

    async def connect(self, login):
        self.client = Client(login)
        return await self.client.enter()

    async def relapse(self):
        gone = self.until_disconnected()
        self.client.abort()
        await gone
        return await self.client.enter()

    async def disconnect(self):
        gone = self.until_disconnected()
        self.client.disconnect()
        await gone

    def until_disconnected(self):
        gone = asyncio.get_running_loop().create_future()
        self.client.add_event_handler("disconnected", lambda _: gone.set_result(None), disposable=True)
        return gone

    async def message(self, to, body):
        self.client.send_message(mto=to, mbody=body, mtype="chat")

    async def presence(self, kind=None, to=None):
        self.client.send_presence(ptype=kind, pto=to)

    async def roster(self):
        # What has not changed since is answered with nothing (RFC 6121 §2.6.3): the library knows it.
        await self.client.get_roster()
        contacts = self.client.client_roster
        own = self.client.boundjid.bare
        return [{"jid": jid, "name": contacts[jid]["name"], "subscription": contacts[jid]["subscription"]} for jid in contacts if jid != own]

    async def setContact(self, jid, name):
        iq = self.client.make_iq_set()
        iq["roster"]["items"] = {jid: {"name": name}}
        await iq.send()


async def main():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    commands = Commands()
    while line := await reader.readline():
        order = json.loads(line)
        try:
            result = await getattr(commands, order["name"])(*order["given"])
            say({"command": order["command"], "result": result})
        except Exception as error:
            say({"command": order["command"], "problem": repr(error)})


asyncio.run(main())
