"""How MiniStack's own actions are called and replaced."""

import re


class Refused(ValueError):
    """What AWS would refuse; in a stack its text becomes the reason of CREATE_FAILED."""


def text_of(body, tag):
    """The first element of that name in an answer's XML, or an empty string."""
    data = body if isinstance(body, bytes) else body.encode()
    found = re.search(rb"<%s>([^<]*)</%s>" % (tag.encode(), tag.encode()), data)
    return found[1].decode() if found else ""


def call(action, parameters):
    """Calls a query action with flat parameters as the wire has them; gives back its XML, raises Refused."""
    given = {key: [str(value)] for key, value in parameters.items() if value is not None}
    status, _, body = action(given)[:3]
    if status >= 400:
        raise Refused(f"{text_of(body, 'Code')}: {text_of(body, 'Message')}")
    return body


def wrap_action(module, name, around):
    """Replaces an action of a service by `around(original, parameters)`."""
    original = module._ACTION_MAP[name]
    module._ACTION_MAP[name] = lambda parameters: around(original, parameters)
