# Runs the command-line client once, and writes what it got as a line of JSON: run.py HOST STORE authenticate|device|code [force]
import asyncio
import json
import sys

from py_oidc_auth_client import CodeFlow, DeviceFlow, TokenStore, authenticate_async
from py_oidc_auth_client.exceptions import AuthError

host, path, how, *more = sys.argv[1:]
store = TokenStore(path)
force = "force" in more


async def token():
    if how == "device":
        return await DeviceFlow(host, store=store, timeout=40).authenticate(force=force)
    if how == "code":
        return await CodeFlow(host, store=store, timeout=40).authenticate(force=force)
    return await authenticate_async(host, store=store, timeout=40, force=force)


try:
    print(json.dumps({"token": asyncio.run(token())}))
except AuthError as error:
    print(json.dumps({"status": error.status_code, "error": str(error)}))
