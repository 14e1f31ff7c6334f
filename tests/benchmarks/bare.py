"""A WSGI application that does nothing but return the bytes in BARE_ANSWER: what WSGI itself costs."""

import os
from pathlib import Path

_head, _, _body = Path(os.environ["BARE_ANSWER"]).read_bytes().partition(b"\r\n\r\n")
_server = {b"server", b"date", b"connection", b"transfer-encoding"}
_lines = [line.partition(b": ") for line in _head.split(b"\r\n")[1:]]
_headers = [
    (name.decode(), value.decode()) for name, _, value in _lines if name.lower() not in _server
]


def application(environ, start_response):
    start_response("200 OK", _headers)
    return [_body]
