"""What a WSGI server imports: `gunicorn wsgi:app`."""

from prom import create_app

app = create_app()
