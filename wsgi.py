"""What a WSGI server imports: `gunicorn wsgi:app`."""

from prom import config, create_app, metrics

settings = config.from_environment()
metrics.share(settings.metrics_folder)
app = create_app(settings)
metrics.begin_process("web")
