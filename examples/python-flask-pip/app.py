"""A page by Flask, whose packages pip's own list names."""

import sys

from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def hello():
    return "<h1>Hello from Flask</h1>\n"


@app.get("/python")
def python():
    # Where the interpreter and its packages are: both lie in the release.
    return jsonify(line="%d.%d" % sys.version_info[:2], isolated=sys.prefix != sys.base_prefix)
