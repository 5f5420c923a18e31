"""Settings of a site without a database; its key is a secret that is made once."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# While it is built there is no secret yet, and nothing is signed.
SECRET_KEY = os.environ.get("SECRET_KEY", "only-while-building")
DEBUG = False
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = ["django.contrib.staticfiles", "shop"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
]
ROOT_URLCONF = "shop.urls"
TEMPLATES = []

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
