"""MiniStack writes its state at a clean stop only; here also every EXT_SAVE_SECONDS, so that a kill loses little."""

import logging
import os
import sys
import threading
import time

import ministack.app as app
from ministack.core import persistence


def save_for_ever(seconds):
    while True:
        time.sleep(seconds)
        try:
            persistence.save_all(app._build_persistence_save_dict())
        except Exception as problem:  # The next round tries again; what was saved before is still there.
            print("ext: state was not saved:", problem, file=sys.stderr)


def install():
    seconds = float(os.environ.get("EXT_SAVE_SECONDS", "5"))
    logging.getLogger("persistence").setLevel(logging.WARNING)
    if persistence.PERSIST_STATE and seconds > 0:
        threading.Thread(target=save_for_ever, args=(seconds,), daemon=True).start()
