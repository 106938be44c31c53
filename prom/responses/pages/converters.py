"""What the addresses of the patient's pages may hold."""

from werkzeug.routing import BaseConverter


class PlaceConverter(BaseConverter):
    """The key of one page of a form, as `steps` makes it: positions and turns, nothing that tells what is asked."""

    regex = r"[ap]?[0-9]{1,6}(?:-[0-9]{1,4})*"
