"""What the services have in common."""

import threading

from lines import say


def keys_of(context, prefix):
    return [(key, value) for key, value in context.invocation_metadata() if key.startswith(prefix)]


def wait_for_end(context, name):
    """Blocks until the call is over, and tells the tests when it begins to and when that is."""
    over = threading.Event()
    # False if the call is over already.
    if not context.add_callback(over.set):
        over.set()
    say(event="waiting", of=name, remaining=context.time_remaining())
    ended = over.wait(30)
    say(event="over" if ended else "given up", of=name, active=context.is_active())
